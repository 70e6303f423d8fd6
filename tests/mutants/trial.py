"""Trials: a mutant in a copy of the checkout, and check after check until one catches it.

A fault run whose fault did not fire catches nothing. A check that hangs may or may not have caught something: the next
ones decide, and where none does, the mutant is said to hang.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tests.faults.run import VOID
from tests.mutants.mutant import FALLBACK, Check, Mutant

CHECKOUT = Path(__file__).parents[2]
_NOT_COPIED = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "*.zst")
_CHECK_S_MAX = 300.0
_FALLBACK_S_MAX = 1500.0  # the whole set of faults, beside another mutant
_FAILED = 1  # pytest's exit code; others mean that a check could not be run
_FAILURE = re.compile(r"^(?:FAILED|ERROR) (\S+::.*?)(?: - .*)?$", re.MULTILINE)
_VOID = re.compile(rf"^SKIPPED .*: {VOID}", re.MULTILINE)


class Verdict(NamedTuple):
    """What became of a mutant."""

    mutant: str
    caught_by: str
    """Empty: nothing caught it, or the edit does not apply any more."""
    expected: bool
    """Whether it was one of its own checks."""
    hangs: str
    """The check that hung, where nothing caught it."""
    trouble: str
    seconds: float


class Result(NamedTuple):
    """What a check says."""

    failed: str = ""
    """The test that failed."""
    hangs: str = ""
    """The check, if it never ended."""
    void: bool = False
    """Whether the fault of some run did not fire."""


class CheckFailed(Exception):
    """A check can not be run, or fails where nothing is broken: its verdicts would be worth nothing."""


class Copy:
    """A copy of the checkout that may be spoilt."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(CHECKOUT, root, ignore=shutil.ignore_patterns(*_NOT_COPIED), dirs_exist_ok=True)

    def try_out(self, mutant: Mutant) -> Verdict:
        """Spoil it, check it, mend it."""
        begun = time.monotonic()
        path = self.root / mutant.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        trouble = mutant.apply(self.root)
        if trouble:
            return Verdict(mutant.name, "", False, "", trouble, 0.0)
        results: list[Result] = []
        try:
            for checks, seconds_max in ((mutant.checks, _CHECK_S_MAX), (FALLBACK, _FALLBACK_S_MAX)):
                for check in checks:
                    results.append(self.check(check, seconds_max))
                    if results[-1].failed:
                        break
                if any(result.failed or result.hangs for result in results):
                    break
        finally:
            mutant.take_back(self.root, text)
        expected = len(results) <= len(mutant.checks)
        return _verdict(mutant.name, results, expected, time.monotonic() - begun)

    def check(self, check: Check, seconds_max: float = _CHECK_S_MAX) -> Result:
        """Run it until something fails."""
        command = [sys.executable, "-m", "pytest", "-x", "--tb=no", "-rfEs", "-p", "no:cacheprovider", "-m", "", *check]
        given = {"PYTHONPATH": str(self.root), "VOID_RUNS": "skip", "COLUMNS": "1000"}
        with subprocess.Popen(
            command, cwd=self.root, env={**os.environ, **given}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        ) as process:  # fmt: skip
            try:
                said, _ = process.communicate(timeout=seconds_max)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return Result(hangs=" ".join(check))
        if process.returncode not in (0, _FAILED):
            raise CheckFailed(f"{' '.join(check)}: exit code {process.returncode}\n{said}")
        return result_of(check, process.returncode == _FAILED, said)


def result_of(check: Check, failed: bool, said: str) -> Result:
    """What pytest's summary says."""
    found = _FAILURE.search(said)
    return Result((found[1] if found else check[0]) if failed else "", void=bool(_VOID.search(said)))


def _verdict(name: str, results: list[Result], expected: bool, seconds: float) -> Verdict:
    caught_by = next((result.failed for result in results if result.failed), "")
    hangs = "" if caught_by else next((result.hangs for result in results if result.hangs), "")
    void = ", and a fault did not fire" if any(result.void for result in results) else ""
    trouble = "" if caught_by or hangs else f"SURVIVED{void}"
    return Verdict(name, caught_by, expected, hangs, trouble, seconds)


def sound(copy: Copy, mutants: list[Mutant], *, last_resort: bool) -> int:
    """Run every check on what is not broken, the last resort, which takes long, if wished; how many the mutants name.
    Raises CheckFailed."""
    checks = {check for mutant in mutants for check in mutant.checks}
    last = FALLBACK if last_resort else ()  # every test that there is in these places
    rest = {check[0] for check in checks if not any(check[0].startswith(places[0]) for places in last)}
    for check in (*last, *([tuple(sorted(rest))] if rest else [])):
        result = copy.check(check, _FALLBACK_S_MAX)
        if result != Result():
            what = "a fault does not fire" if result.void else f"{result.failed or result.hangs} fails"
            raise CheckFailed(f"{' '.join(check)}: {what}, and nothing is broken yet")
    return len(checks)
