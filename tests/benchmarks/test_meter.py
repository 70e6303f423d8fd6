"""The meter, against children that burn a known time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.meter import Meter, called, descendants, parent

BURNT_S = 0.4
BURN = f"import time\nwhile time.process_time() < {BURNT_S}: pass\n"
BURN_AND_STAY = f"{BURN}print('done', flush=True)\ninput()"
BURN_BELOW = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\nprint(1, flush=True)\ninput()"


@contextmanager
def child(code: str) -> Iterator[int]:
    """A process that has said that it is done and stays."""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


def test_cpu_is_what_was_burnt_and_stays_known_after_the_end() -> None:
    meter = Meter()
    with child(BURN_AND_STAY) as pid:
        assert pid in descendants(os.getpid())
        assert parent(pid) == os.getpid()
        resident = meter.look("child", [pid])
        assert meter.look("nobody", [0]) == 0
    meter.look("child", [pid])
    assert meter.cpu_s("child") == pytest.approx(BURNT_S, rel=0.5)
    assert meter.cpu_s("nobody") == 0
    assert 1 << 20 < resident < 1 << 30
    meter.begin()
    assert meter.cpu_s("child") == 0
    with pytest.raises(ProcessLookupError):
        parent(pid)


def test_what_ended_below_a_process_is_counted_with_it() -> None:
    meter = Meter()
    with child(BURN_BELOW) as pid:
        meter.look("alone", [pid])
        alone = meter.cpu_s("alone")
        meter.look_below("tree", pid)
    meter.look_below("tree", pid)
    assert alone < BURNT_S / 2
    assert meter.cpu_s("tree") - alone == pytest.approx(BURNT_S, rel=0.5)


def test_processes_are_found_by_what_they_are_called() -> None:
    with child("print(1, flush=True); input()  # one") as one, child("print(1, flush=True); input()  # two") as two:
        assert called([one, two], "# two") == [two]
    assert called([one, two], "") == [one, two]
    assert called([two], "# two") == [], "it has gone"
