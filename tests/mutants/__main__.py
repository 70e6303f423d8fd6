"""`./run test --mutants`: break the collector in every way that is listed, and see each caught."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutant import Mutant
from tests.mutants.mutants import MUTANTS
from tests.mutants.trial import CheckFailed, Copy, Verdict, sound


def main() -> int:
    """Exit code 1 when a mutant survives or does not apply any more, or a check fails without any."""
    given = _arguments()
    mutants = [mutant for mutant in MUTANTS if given.only in mutant.name]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copies = [Copy(Path(folder) / str(number)) for number in range(given.lanes)]
        try:
            print("do all checks pass where nothing is broken?", flush=True)
            number = sound(copies[0], mutants, last_resort=not given.only)
            print(f"{number} do, {len(mutants)} mutants to come", flush=True)
            verdicts = _try_out(copies, mutants)
        except CheckFailed as error:
            sys.exit(str(error))
    caught = sum(bool(verdict.caught_by) for verdict in verdicts)
    hanging = [verdict.mutant for verdict in verdicts if verdict.hangs]
    print(f"{caught} of {len(verdicts)} caught in {time.monotonic() - begun:.0f} s")
    if hanging:
        print(f"{len(hanging)} more hang, and nothing else says that they are wrong: {', '.join(hanging)}")
    return int(caught + len(hanging) < len(verdicts))


def _try_out(copies: list[Copy], mutants: list[Mutant]) -> list[Verdict]:
    """All verdicts, each in a line as it comes."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def one(mutant: Mutant) -> Verdict:
        copy = free.get()
        try:
            return copy.try_out(mutant)
        finally:
            free.put(copy)

    verdicts = []
    print(f"{'mutant':44} {'s':>5}  caught by", flush=True)
    with ThreadPoolExecutor(len(copies)) as pool:
        for verdict in pool.map(one, mutants):
            verdicts.append(verdict)
            print(f"{verdict.mutant:44} {verdict.seconds:5.1f}  {_said(verdict)}", flush=True)
    return verdicts


def _said(verdict: Verdict) -> str:
    if verdict.trouble:
        return verdict.trouble
    found = verdict.caught_by or f"HANGS: {verdict.hangs}"
    found = found.replace("tests/", "", 1).replace("test_it_counts_right_whatever_strikes", "")
    return found if verdict.expected else f"{found} (not one of its own checks)"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run test --mutants", description="See tests/mutants.")
    parser.add_argument("--only", default="", metavar="NAME", help="mutants with this in their name")
    parser.add_argument("--lanes", type=int, default=2, metavar="L", help="mutants at a time (2)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
