"""Crash points: who dies, at which pass, and that one death may be enough for all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PASSES = """
from collector.crashpoint import crashpoint
for number in range(5):
    print(number, flush=True)
    crashpoint("here")
    crashpoint("there")
"""


def passing(crash: str = "") -> tuple[int, int]:
    """The exit code of a process that passes five times, and how often it did."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "SKYTALLY_CRASH": crash}
    done = subprocess.run([sys.executable, "-c", PASSES], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, len(done.stdout.split())


def test_a_process_dies_at_the_point_and_the_pass_that_are_named() -> None:
    assert passing() == (0, 5)
    assert passing("here") == (-signal.SIGKILL, 1)
    assert passing("there:3") == (-signal.SIGKILL, 3)
    assert passing("there:6") == (0, 5)
    assert passing("elsewhere:1") == (0, 5)


def test_with_a_file_only_the_first_process_dies_and_the_file_says_so(tmp_path: Path) -> None:
    died = tmp_path / "with a:colon"
    assert passing(f"there:6:{died}") == (0, 5)
    assert not died.exists()
    assert passing(f"there:2:{died}") == (-signal.SIGKILL, 2)
    assert died.exists()
    assert passing(f"there:2:{died}") == (0, 5)
