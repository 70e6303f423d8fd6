"""One web process: the application on uvicorn, on a socket that is already bound."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import stat
import time
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from web.app import create_app
from web.files import allow_files
from web.protocol import Protocol
from web.request_id import InRecords
from web.settings import WebSettings
from web.vitals import WebVitals

_AGAIN_S = 60.0
_FILES_BESIDE = 4096
"""Of those who do not watch, the database and the rest."""
UNIX = "unix"
"""Among trusted proxies: whoever may enter the unix socket."""


def bind(settings: WebSettings) -> socket.socket:
    """The listening socket. Raises OSError, for example when the port is taken."""
    if settings.web_socket:
        return _bind_unix(settings.web_socket)
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.web_host, settings.web_port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


def _bind_unix(path: str) -> socket.socket:
    """For us and our group alone. What a process that is gone has left there is taken away."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
                if other.connect_ex(path) == 0:
                    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
            os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError:
        listener.close()
        raise
    mask = os.umask(0o117)
    try:
        listener.bind(path)
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(mask)
    return listener


def address_of(listener: socket.socket) -> str:
    """Where a person finds it."""
    if listener.family == socket.AF_UNIX:
        return f"unix:{listener.getsockname()}"
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


class _Once(logging.Filter):
    """Lets the first line of a message pass, and the same one not again for a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._said_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        line, now = record.getMessage().splitlines()[0], time.monotonic()
        record.msg, record.args = line, ()
        # that it goes on failing says nothing new
        if line.startswith("reconnection attempt") or now - self._said_at.get(line, -_AGAIN_S) < _AGAIN_S:
            return False
        self._said_at = {line: now}
        return True


class _Unix:
    """Gives whoever comes over a unix socket an address, so that it can be trusted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope.get("client"):
            scope["client"] = (UNIX, 0)
        await self._app(scope, receive, send)


def _believing(app: ASGIApp, proxies: tuple[str, ...]) -> Any:
    """The application as reached through proxies that say who their clients are."""
    if not proxies:
        return app
    believing: Any = ProxyHeadersMiddleware(app, list(proxies))  # type: ignore[arg-type]
    return _Unix(believing) if UNIX in proxies else believing


def server_of(settings: WebSettings, conninfo: str, vitals: WebVitals | None = None) -> uvicorn.Server:
    """The server of one process, not running yet."""
    app = create_app(settings, conninfo, vitals)
    config = uvicorn.Config(
        _believing(app, settings.trusted_proxies),
        loop="uvloop",
        http=Protocol,
        lifespan="on",
        log_config=None,  # it logs as everybody does
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
    )
    return uvicorn.Server(config)


def serve(settings: WebSettings, conninfo: str, listener: socket.socket, vitals: WebVitals | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them once more when it is done: that is no failure
        signal.signal(number, lambda *_: None)
    logging.getLogger("psycopg.pool").addFilter(_Once())  # it tries several times a second
    # whoever sends what is no request is told so; the log is not theirs to fill
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.msg != "Invalid HTTP request received.")
    for handler in logging.getLogger().handlers:
        handler.addFilter(InRecords())
    allow_files(settings.web_live_readers_max + _FILES_BESIDE)
    server_of(settings, conninfo, vitals).run(sockets=[listener])
