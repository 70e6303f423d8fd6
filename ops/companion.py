"""A companion: a process beside the collector that is started again when it dies, and ends with it.

Nothing that is counted depends on one. It does not know what its companion does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self

from collector.parent import end_with_parent

_CONTEXT = multiprocessing.get_context("spawn")


class Companion:
    """A context in which it runs: `run(*arguments)` of a module, until SIGTERM."""

    def __init__(self, name: str, say: Callable[[str], None], run: Callable[..., None], *arguments: Any) -> None:
        self._name, self._say, self._arguments = name, say, (run, *arguments)
        self._process: BaseProcess | None = None

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
            self._say(f"the {self._name} process ended (exit code {self._process.exitcode}); starting it again")
            self._start()

    def _start(self) -> None:
        self._process = _CONTEXT.Process(target=_main, args=self._arguments, name=self._name, daemon=True)
        self._process.start()


def until_told() -> threading.Event:
    """Set by SIGTERM, and by SIGINT where that is not ignored."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: told.set())
    return told


def complain(line: str) -> None:
    """One line for people, from a process that has no display."""
    print(line, file=sys.stderr, flush=True)


def _main(run: Callable[..., None], *arguments: Any) -> None:
    os.setsid()  # the terminal's Ctrl-C is the parent's, which ends us after the collector
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(signal.SIGTERM)
    run(*arguments)
