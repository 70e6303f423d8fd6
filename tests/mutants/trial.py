"""Trials: a mutant in a copy of the checkout, and check after check until one catches it."""

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

from tests.mutants.mutant import FALLBACK, Check, Mutant

CHECKOUT = Path(__file__).parents[2]
_NOT_COPIED = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "*.zst")
_CHECK_S_MAX = 400.0  # the whole set of faults; a check that hangs has caught something
_FAILED = 1  # pytest's exit code; others mean that a check could not be run


class Verdict(NamedTuple):
    """What became of a mutant."""

    mutant: str
    caught_by: str
    """Empty: nothing caught it, or the edit does not apply any more."""
    expected: bool
    """Whether it was one of its own checks."""
    trouble: str
    seconds: float


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
            return Verdict(mutant.name, "", False, trouble, 0.0)
        try:
            caught_by = self._first(mutant.checks)
            expected = bool(caught_by)
            caught_by = caught_by or self._first(FALLBACK)
        finally:
            mutant.take_back(self.root, text)
        trouble = "" if caught_by else "SURVIVED"
        return Verdict(mutant.name, caught_by, expected, trouble, time.monotonic() - begun)

    def _first(self, checks: tuple[Check, ...]) -> str:
        return next(filter(None, map(self.check, checks)), "")

    def check(self, check: Check) -> str:
        """The test that failed, or nothing."""
        command = [sys.executable, "-m", "pytest", "-x", "--tb=no", "-rfE", "-p", "no:cacheprovider", *check]
        with subprocess.Popen(
            command, cwd=self.root, env={**os.environ, "PYTHONPATH": str(self.root)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        ) as process:  # fmt: skip
            try:
                said, _ = process.communicate(timeout=_CHECK_S_MAX)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return f"{check[0]}, which hangs"
        if process.returncode not in (0, _FAILED):
            raise CheckFailed(f"{' '.join(check)}: exit code {process.returncode}\n{said}")
        failed = re.search(r"^(?:FAILED|ERROR) (\S+::.*?)(?: - .*)?$", said, re.MULTILINE)
        return (failed[1] if failed else check[0]) if process.returncode else ""


def sound(copy: Copy, mutants: list[Mutant]) -> int:
    """Run every check on what is not broken; how many there are. Raises CheckFailed."""
    checks = {check for mutant in mutants for check in mutant.checks}
    if failed := copy.check(tuple(sorted({check[0] for check in checks}))):
        raise CheckFailed(f"{failed} fails, and nothing is broken yet")
    return len(checks)
