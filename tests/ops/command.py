"""The skytally command as a person runs it: a process of its own, from the checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


_WHEN = re.compile(r"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (debug|info|warning|error|critical) ")


class Ended(NamedTuple):
    """How a command ended; `err` without when it said what."""

    code: int
    out: str
    err: str


def environment(**variables: str) -> dict[str, str]:
    """Nothing of the caller's but what finds programs: no settings, no database."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(ROOT), **variables}


def skytally(*words: object, **variables: str) -> Ended:
    """Run to the end. A traceback is never what a person should read."""
    done = subprocess.run(
        [sys.executable, "-m", "ops", *map(str, words)], cwd=ROOT, env=environment(**variables),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Ended(done.returncode, done.stdout, _WHEN.sub("", done.stderr))


class Running:
    """A command that goes on."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process, self._folder = process, folder

    @property
    def out(self) -> str:
        return (self._folder / "out").read_text()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def err(self) -> str:
        """What it said, without when."""
        return _WHEN.sub("", self.log)

    @property
    def log(self) -> str:
        return (self._folder / "err").read_text()

    def until(self, what: Callable[[], bool], timeout_s: float = 30.0) -> None:
        """Wait for it; loudly over when the command ends before."""
        end_at = time.monotonic() + timeout_s
        while not what():
            assert self._process.poll() is None, self.err
            assert time.monotonic() < end_at, self.err
            time.sleep(0.02)

    def signalled(self, number: int) -> Ended:
        """How it ends on a signal."""
        self._process.send_signal(number)
        code = self._process.wait(60)
        assert "Traceback" not in self.err, self.err
        return Ended(code, self.out, self.err)


@contextmanager
def running(folder: Path, *words: object, **variables: str) -> Iterator[Running]:
    """A command that goes on for as long as the block lasts, its output in `folder`."""
    folder.mkdir(exist_ok=True)
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops", *map(str, words)], cwd=ROOT, env=environment(**variables),
            stdout=out, stderr=err,
        )  # fmt: skip
    try:
        yield Running(process, folder)
    finally:
        process.kill()
        process.wait()
