"""`./run test --service-faults`: a running service struck in every way once, and a table."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

import orjson

from tests.faults.server import a_server
from tests.service.measure import Measure
from tests.service.rows import STRIKES, Row, perform
from tests.service.table import line, table


def main() -> int:
    """Exit code 1 when an event was lost or counted twice, a reader had no answer, or a strike did not fire."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # leaving nothing behind
    names = [name for name in STRIKES if any(part in name for part in given.only or [""])]
    if not names:
        sys.exit(f"there is no row with {' or '.join(given.only)} in its name; there are: {', '.join(STRIKES)}")
    rows = _rows(names, given)
    values = [row.json() for row in rows]
    print(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode() if given.json else table(rows))
    return int(any(row.failed for row in rows))


def _rows(names: list[str], given: argparse.Namespace) -> list[Row]:
    measure, rows = Measure(rate=given.rate, away_s=given.away_s), []
    with tempfile.TemporaryDirectory() as folder, a_server() as server:
        for number, name in enumerate(names):
            rows.append(perform(name, given.seed + number, server, Path(folder) / f"row-{number}", measure))
            print(line(rows[-1]), file=sys.stderr, flush=True)
    return rows


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run test --service-faults", description="Strike a running service.")
    parser.add_argument("--only", action="append", metavar="NAME", help="rows with this in their name; more than once")
    parser.add_argument("--away-s", type=float, default=600.0, metavar="N", help="seconds that upstream is gone (600)")
    parser.add_argument("--rate", type=float, default=2000.0, metavar="R", help="events a second (2000)")
    parser.add_argument("--seed", type=int, default=int(time.time()), metavar="S", help="of the network (now)")
    parser.add_argument("--json", action="store_true", help="values instead of a table")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
