"""The listener: GET /metrics over HTTP, on a socket of its own that only this machine reaches.

It owns the socket and its threads. What is shown is made by whoever it was given, at each request.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import socketserver
import stat
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from ops import exits
from ops.metrics.address import address_of, is_here
from ops.metrics.exposition import MEDIA
from ops.problem import Problem

_log = logging.getLogger(__name__)
_PATIENCE_S = 5.0
"""For so long a client may take to say what it wants."""


@contextlib.contextmanager
def showing(name: str, where: str, text: Callable[[], str]) -> Iterator[None]:
    """Show the text that this returns for as long as the block lasts; `where` and `name` are of the setting.

    Nowhere, if that is empty. Raises Problem where it can not listen.
    """
    if not where:
        yield
        return
    server = _server(name, where, text)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    _log.info("metrics are at %s", _shown(where, server))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        if where.startswith("/"):
            with contextlib.suppress(OSError):
                os.unlink(where)


class _Quiet(socketserver.BaseServer):
    """One that writes nothing past the log."""

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away, most likely."""
        _log.debug("a scrape ended early", exc_info=True)


class _Tcp(_Quiet, socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Unix(_Quiet, socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def _server(name: str, where: str, text: Callable[[], str]) -> _Tcp | _Unix:
    class Handler(_Handler):
        shown = staticmethod(text)

    address = address_of(where)
    try:
        if isinstance(address, str):
            return _unix(address, Handler)
        _Tcp.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        return _Tcp(address, Handler)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        flag = "--" + name.replace("_", "-")
        raise Problem(f"can not listen on {where}: {why}; choose another {flag}", exits.TAKEN) from error


def _unix(path: str, handler: type[BaseHTTPRequestHandler]) -> _Unix:
    """For us and our group alone. What a process that is gone has left there is taken away."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.stat(path).st_mode):
            with socket.socket(socket.AF_UNIX) as other:
                if other.connect_ex(path) != 0:
                    os.unlink(path)
    mask = os.umask(0o117)
    try:
        return _Unix(path, handler)
    finally:
        os.umask(mask)


def _shown(where: str, server: _Tcp | _Unix) -> str:
    """Where a person finds it."""
    if where.startswith("/"):
        return f"unix:{where}"
    host, port = server.socket.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/metrics"


class _Handler(BaseHTTPRequestHandler):
    """One client."""

    shown: Callable[[], str]
    timeout = _PATIENCE_S
    server_version, sys_version = "skytally", ""

    def do_GET(self) -> None:
        """The text, or that there is nothing else here."""
        if not self._is_for_us():
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, b"metrics are for this machine\n", "text/plain")
            return
        if self.path.partition("?")[0] != "/metrics":
            self._answer(HTTPStatus.NOT_FOUND, b"metrics are at /metrics\n", "text/plain")
            return
        try:
            body = self.shown().encode()
        except Exception:
            _log.exception("metrics could not be made")
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"it has been logged\n", "text/plain")
        else:
            self._answer(HTTPStatus.OK, body, MEDIA)

    do_HEAD = do_GET

    def _is_for_us(self) -> bool:
        """Whether it was asked by an address that can only be here: a web page may have a name of its own resolved to
        this machine, to read by the operator's browser what the operator can."""
        host = self.headers.get("Host", "")
        name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
        return isinstance(self.server, _Unix) or not name or is_here(name)

    def _answer(self, status: HTTPStatus, body: bytes, media: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Who scrapes is no event of ours."""
