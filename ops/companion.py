"""A companion: a process beside the collector that is started again when it dies, and ends with it.

Nothing that is counted depends on one. It does not know what its companion does.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self

from collector.parent import end_with_parent
from ops import logs

_log = logging.getLogger(__name__)
_CONTEXT = multiprocessing.get_context("spawn")


class Companion:
    """A context in which it runs: `run(*arguments)` of a module, until SIGTERM."""

    def __init__(self, name: str, run: Callable[..., None], *arguments: Any) -> None:
        self._name, self._arguments = name, (logs.begun(), name, run, *arguments)
        self._process: BaseProcess | None = None
        self.starts = 0
        """How often it was started."""

    @property
    def pid(self) -> int | None:
        """Its process, or the one that was the last."""
        return self._process.pid if self._process is not None else None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.join(5)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()

    def look_after(self) -> None:
        """Start it again if it has ended."""
        if self._process is not None and self._process.exitcode is not None:
            code = self._process.exitcode
            _log.error("the %s process ended (exit code %s); starting it again", self._name, code)
            self._start()

    def _start(self) -> None:
        self._process = _CONTEXT.Process(target=run_companion, args=self._arguments, name=self._name, daemon=True)
        self._process.start()
        self.starts += 1


def until_told() -> threading.Event:
    """Set by SIGTERM, and by SIGINT where that is not ignored."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: told.set())
    return told


def run_companion(settings: logs.LogSettings, name: str, run: Callable[..., None], *arguments: Any) -> None:
    logs.begin(settings, name)
    os.setsid()  # the terminal's Ctrl-C is the parent's, which ends us after the collector
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(signal.SIGTERM)
    run(*arguments)
