"""An errand: a process beside the collector that does one thing and ends, again and again after some time.

What it took of memory is given back each time. It does not know what its errand is; what came of it that says itself.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self

from ops import logs
from ops.companion import run_companion

_log = logging.getLogger(__name__)
_CONTEXT = multiprocessing.get_context("spawn")
SECONDS_MAX = 3600.0
"""What takes longer hangs."""
_FIRST_S = 300.0
"""After so long it is done for the first time: what starts has other work, and may not run for long."""


class Errand:
    """A context in which it is done, `run(*arguments)` of a module; an interval of 0 means never."""

    def __init__(
        self, name: str, interval_s: float, run: Callable[..., None], *arguments: Any, seconds_max: float = SECONDS_MAX
    ) -> None:
        self._name, self._interval_s, self._arguments = name, interval_s, (logs.begun(), name, run, *arguments)
        self._due_at = time.monotonic() + min(interval_s, _FIRST_S)
        self._seconds_max = seconds_max
        self._begun_at = 0.0
        self._process: BaseProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def look_after(self) -> None:
        """Begin it if it is due and has ended; one that hangs is ended first."""
        now = time.monotonic()
        if not self._interval_s or now < self._due_at:
            return
        if self._running:
            if now - self._begun_at < self._seconds_max:
                return
            _log.error("the %s has not ended within %g s, and was ended", self._name, self._seconds_max)
            self._end()
        self._due_at, self._begun_at = now + self._interval_s, now
        self._process = _CONTEXT.Process(target=run_companion, args=self._arguments, name=self._name, daemon=True)
        self._process.start()

    @property
    def _running(self) -> bool:
        return self._process is not None and self._process.exitcode is None

    def _end(self) -> None:
        if self._process is not None and self._running:
            self._process.kill()
            self._process.join()
