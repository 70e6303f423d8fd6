"""`skytally selfcheck`: what has to add up, does it? What the collector does by itself every so often, now."""

from __future__ import annotations

import argparse

from collector.selfcheck import self_check
from ops import exits
from ops.database import database
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect

HELP = "Check what is cheap to check: lanes against rollups, hours against minutes, days against hours, one board."
EXAMPLE = "skytally selfcheck"


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with database(settings.database, existing=True) as where:
        with connect(where.conninfo, None, "selfcheck") as connection:
            check(connection)
        found = self_check(settings.collector, where.conninfo)
    for difference in found.differences:
        print(difference)
    judged = "is older than the last fold and was not looked at" if found.board.same is None else "was looked at"
    print(f"diff={len(found.differences)} (the board {found.board.name} {judged})")
    return exits.FAILED if found.differences else exits.OK
