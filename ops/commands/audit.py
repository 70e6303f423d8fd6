"""`skytally audit`: recount recordings independently and compare with the database, key by key."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.recording import RecordingError
from ops import exits
from ops.audit import audit
from ops.database import database
from ops.display import Display
from ops.problem import Problem
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect

HELP = "Recount recordings independently and compare event log, tallies and rollups key by key."
EXAMPLE = "skytally audit day.jsonl.zst"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recordings", nargs="+", type=Path, metavar="RECORDING", help="what was delivered")
    parser.add_argument("--show", type=int, default=20, metavar="N", help="differing keys to print (default 20)")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    display = Display()
    try:
        with database(settings.database, existing=True) as where, connect(where.conninfo, None, "audit") as connection:
            check(connection)
            report = audit(connection, arguments.recordings, progress=display.progress)
    except RecordingError as error:
        raise Problem(str(error), exits.USAGE) from error
    display.end()
    print(report.text(arguments.show))
    return report.exit_code
