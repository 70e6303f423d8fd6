"""An errand: a process beside the collector that does one thing and ends, again and again after some time.

What it took of memory is given back each time. It does not know what its errand is; what came of it that says itself.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self

from ops import logs
from ops.companion import run_companion

_CONTEXT = multiprocessing.get_context("spawn")
_FIRST_S = 300.0
"""After so long it is done for the first time: what starts has other work, and may not run for long."""


class Errand:
    """A context in which it is done, `run(*arguments)` of a module; an interval of 0 means never."""

    def __init__(self, name: str, interval_s: float, run: Callable[..., None], *arguments: Any) -> None:
        self._name, self._interval_s, self._arguments = name, interval_s, (logs.begun(), name, run, *arguments)
        self._due_at = time.monotonic() + min(interval_s, _FIRST_S)
        self._process: BaseProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None and self._process.exitcode is None:
            self._process.kill()
            self._process.join()

    def look_after(self) -> None:
        """Begin it if it is due."""
        running = self._process is not None and self._process.exitcode is None
        if not self._interval_s or running or time.monotonic() < self._due_at:
            return
        self._due_at = time.monotonic() + self._interval_s
        self._process = _CONTEXT.Process(target=run_companion, args=self._arguments, name=self._name, daemon=True)
        self._process.start()
