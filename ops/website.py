"""The web process beside the collector: bound before anything else starts, started again when it dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from ops import exits
from ops.problem import Problem
from web.serve import address_of, bind, serve
from web.settings import WebSettings

_CONTEXT = multiprocessing.get_context("spawn")


def listener_of(settings: WebSettings) -> socket.socket:
    """The bound socket, or the one line that says why not."""
    try:
        return bind(settings)
    except OSError as error:
        where = f"{settings.web_host}:{settings.web_port}"
        why = (error.strerror or str(error)).lower()
        raise Problem(
            f"can not listen on {where}: {why}; choose another --web-host or --web-port", exits.TAKEN
        ) from error


class Website:
    """A context in which the site is served."""

    def __init__(
        self, settings: WebSettings, conninfo: str, listener: socket.socket, say: Callable[[str], None]
    ) -> None:
        self._settings, self._conninfo, self._listener, self._say = settings, conninfo, listener, say
        self._process: BaseProcess | None = None

    def __enter__(self) -> Self:
        self._start()
        self._say(f"the site is at {address_of(self._listener)}")
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
            self._say(f"the web process ended (exit code {self._process.exitcode}); starting it again")
            self._start()

    def _start(self) -> None:
        self._process = _CONTEXT.Process(
            target=_main, args=(self._settings, self._conninfo, self._listener), name="web", daemon=True
        )
        self._process.start()


def _main(settings: WebSettings, conninfo: str, listener: socket.socket) -> None:
    from collector.parent import end_with_parent

    os.setsid()  # the terminal's Ctrl-C is the parent's, which ends us after the collector
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(signal.SIGTERM)
    serve(settings, conninfo, listener)
