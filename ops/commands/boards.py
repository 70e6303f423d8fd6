"""`skytally boards`: the boards as they stand, and whether they are what they would be from scratch."""

from __future__ import annotations

import argparse
import time

import psycopg

from collector.board_check import Checked, check, check_if_all_made
from collector.boards import Boards
from ops import exits
from ops.database import database
from ops.settings import Settings
from sql import migrate, statement
from sql.session import connect

HELP = "verify: every board as it is kept against the same board from scratch."
EXAMPLE = "skytally boards verify"
_POLL_S = 0.1
_ANSWER_S_MAX = 15.0
"""For so long a roller may take until it has made the boards anew; then there is none, and we make them."""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["verify"], help="what to do")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    rows = settings.collector.board_rows
    with database(settings.database, existing=True) as where, connect(where.conninfo, None, "boards") as connection:
        migrate.check(connection)
        checked = _answered(connection, rows)
        if checked is None:
            print("no roller has made the boards, so they are made now")
            with connect(where.conninfo, "skytally_roller", "boards verify") as roller:
                Boards(roller, rows, settings.collector.hour_days_kept).refresh(set())
            checked = check(connection, rows)
    for name in checked.different:
        print(f"not as from scratch: {name}")
    print(f"diff={len(checked.different)} ({checked.same} the same, {checked.older} older than the last fold)")
    return exits.FAILED if checked.different or checked.older else exits.OK


def _answered(connection: psycopg.Connection, rows: int) -> Checked | None:
    """Ask the roller for all boards and check them before it folds again; None when nobody answers."""
    row = connection.execute(statement("board/ask")).fetchone()
    deadline = time.monotonic() + (_ANSWER_S_MAX if row and row[0] else 0.0)
    while (checked := check_if_all_made(connection, rows)) is None and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return checked
