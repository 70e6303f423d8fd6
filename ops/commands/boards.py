"""`skytally boards`: the boards as they stand, and whether they are what they would be from scratch."""

from __future__ import annotations

import argparse

import psycopg

from collector.board_asking import when_made
from collector.board_check import Checked, check, check_if_all_made
from collector.boards import Boards
from collector.windows import ALL_WINDOWS
from ops import exits
from ops.database import database
from ops.settings import Settings
from sql import migrate
from sql.session import connect

HELP = "verify: every board as it is kept against the same board from scratch."
EXAMPLE = "skytally boards verify"
_TIMES = 2
"""What differs while a collector runs is looked at once more: an account or a post may just have gone."""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["verify"], help="what to do")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    rows, experience = settings.collector.board_rows, settings.collector.experience
    with database(settings.database, existing=True) as where, connect(where.conninfo, None, "boards") as connection:
        migrate.check(connection)
        checked = verified(connection, rows, experience=experience)
        if checked is None:
            days_kept = settings.collector.hour_days_kept
            checked = _made_now(connection, where.conninfo, rows, days_kept, experience=experience)
    for name in checked.different:
        print(f"not as from scratch: {name}")
    print(f"diff={len(checked.different)} ({checked.same} the same, {checked.older} older than the last fold)")
    return exits.FAILED if checked.different or checked.older else exits.OK


def verified(connection: psycopg.Connection, rows: int, *, experience: bool) -> Checked | None:
    """What a running roller has made; None where there is none."""
    found: list[Checked] = []
    while len(found) < _TIMES and (checked := _answered(connection, rows, experience=experience)) is not None:
        found.append(checked)
        if not checked.different:
            return checked
    if len(found) < _TIMES:
        return None
    twice = [name for name in found[1].different if name in found[0].different]
    return found[1]._replace(different=twice)


def _made_now(
    connection: psycopg.Connection, conninfo: str, rows: int, days_kept: int, *, experience: bool
) -> Checked:  # fmt: skip
    print("no roller has made the boards, so they are made now")
    with connect(conninfo, "skytally_roller", "boards verify") as roller:
        Boards(roller, rows, days_kept, experience=experience).refresh()
    return check(connection, rows, experience=experience)


def _answered(connection: psycopg.Connection, rows: int, *, experience: bool) -> Checked | None:
    """Ask the roller for all boards and check them before it folds again; None when there is none that runs."""
    return when_made(connection, ALL_WINDOWS, lambda: check_if_all_made(connection, rows, experience=experience))
