"""`./run test --faults N`: each fault N times, a table, and the seeds that failed kept for ever."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import seeds
from tests.faults.faults import FAULTS
from tests.faults.lanes import Run, performing
from tests.faults.table import progress, table


def main() -> int:
    """Exit code 1 when a run failed, or did not fire."""
    given = _arguments()
    names = [name for name in FAULTS if given.only in name]
    runs = [Run(name, given.seed + number) for number in range(given.runs) for name in names]
    if not runs:
        sys.exit(f"there is no fault with {given.only!r} in its name; there are: {', '.join(FAULTS)}")
    print(f"{len(runs)} runs, seeds {given.seed} to {given.seed + given.runs - 1}", flush=True)
    outcomes = []
    with tempfile.TemporaryDirectory() as folder, performing(runs, given.lanes, Path(folder)) as coming:
        for run, future in coming.items():
            outcome = future.result()
            outcomes.append(outcome)
            print(progress(outcome), flush=True)
            if outcome.failed and outcome.fired:
                seeds.keep(run)
    print(table(outcomes))
    return int(any(outcome.failed for outcome in outcomes))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run test --faults", description="Repeat each fault; see tests/faults.")
    parser.add_argument("runs", type=int, metavar="N", help="how often each")
    parser.add_argument("--only", default="", metavar="NAME", help="faults with this in their name")
    parser.add_argument("--seed", type=int, default=int(time.time()), metavar="S", help="the first seed (now)")
    parser.add_argument("--lanes", type=int, default=1, metavar="L", help="runs at a time (1: recovery is not slowed)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
