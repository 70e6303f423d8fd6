"""`skytally selfcheck`: what has to add up, does it? What the collector does by itself every so often, now."""

from __future__ import annotations

import argparse

from collector.selfcheck import self_check
from ops import exits
from ops.database import database
from ops.settings import Settings
from sql import statement
from sql.migrate import check
from sql.session import connect

HELP = "Check what is cheap to check: lanes against rollups, hours against minutes, days against hours, one board."
EXAMPLE = "skytally selfcheck"
_ANSWER_S_MAX = 15.0
"""For so long a roller may take until it has made the boards anew."""


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with database(settings.database, existing=True) as where:
        with connect(where.conninfo, None, "selfcheck") as connection:
            check(connection)
            row = connection.execute(statement("board/ask")).fetchone()
        found = self_check(settings.collector, where.conninfo, _ANSWER_S_MAX if row and row[0] else 0.0)
    for difference in found.differences:
        print(difference)
    judged = "was made before the last fold and not looked at" if found.board.same is None else "was looked at"
    print(f"diff={len(found.differences)} (the board {found.board.name} {judged})")
    return exits.FAILED if found.differences else exits.OK
