"""Strikes at the clock: the time of day is stepped under everything that the units run, and stepped back after a while.

The machine's clock is everybody's, so it stays as it is: a library that is loaded before the C library (clock.c, built
with cc) adds the step to what processes are told. That covers collector, site and memcached. It does not cover
PostgreSQL, whose `now()` stays right, nor the host upstream, which is another machine. The monotonic clock never steps.

While the clock is more than a minute behind, the watermark goes no further than a minute ahead of it, by design
(cursors); so the recovery is timed from when it is right again. Behind by more than `future_s_max` (300 s) is not
struck: then what comes is refused as too far in the future, and stands in quarantine.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tests.faults.process import wait_for
from tests.faults.stage import NotFired, NotHere
from tests.service.stage import ServiceStage

_SOURCE = Path(__file__).with_suffix(".c")
_WRONG_S = 5.0
"""Seconds that it goes on being wrong after somebody was seen to believe it."""
_SAID_AT = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ", re.MULTILINE)


class Clock:
    """A clock that is right until it is stepped. Raises NotHere where it can not be built."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            raise NotHere("cc is not on this machine: the clock can not be stepped (apt-get install gcc)")
        self._step, library = folder / "step", folder / "clock.so"
        self.step(0)
        command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotHere(f"the clock can not be stepped: {done.stderr.strip()[-200:]}")
        self.variables = {"LD_PRELOAD": str(library), "CLOCK_STEP": str(self._step)}

    def step(self, seconds: int) -> None:
        """From now on it is so many seconds ahead, or behind where they are below 0."""
        with self._step.open("r+b" if self._step.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))  # in place: it is mapped


def stepped(seconds: int) -> Callable[[ServiceStage], None]:
    """The clock jumps, stays there for a while, and is set right."""

    def strike(stage: ServiceStage) -> None:
        clock = Clock(stage.folder)
        stage.variables |= clock.variables
        stage.begin()
        clock.step(seconds)
        if not wait_for(lambda: abs(_ahead_s(stage) - seconds) < 30, 30):
            raise NotFired("the collector's clock did not step")
        time.sleep(_WRONG_S)
        stage.struck()
        clock.step(0)
        stage.end()

    return strike


def _ahead_s(stage: ServiceStage) -> float:
    """So far ahead is the clock by which the collector says when it said its last line."""
    said = _SAID_AT.findall(stage.collector.said())
    return datetime.fromisoformat(said[-1]).timestamp() - time.time()


STRIKES = {"clock an hour ahead": stepped(3600), "clock 4 minutes behind": stepped(-240)}
