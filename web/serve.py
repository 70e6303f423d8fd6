"""One web process: the application on uvicorn, on a socket that is already bound."""

from __future__ import annotations

import logging
import signal
import socket
import time

import uvicorn

from web.app import create_app
from web.settings import WebSettings

_AGAIN_S = 60.0


def bind(settings: WebSettings) -> socket.socket:
    """The listening socket. Raises OSError, for example when the port is taken."""
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


def address_of(listener: socket.socket) -> str:
    """Where a person finds it."""
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
        if now - self._said_at.get(line, -_AGAIN_S) < _AGAIN_S:
            return False
        self._said_at = {line: now}
        return True


def server_of(settings: WebSettings, conninfo: str) -> uvicorn.Server:
    """The server of one process, not running yet."""
    config = uvicorn.Config(
        create_app(settings, conninfo),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
    )
    return uvicorn.Server(config)


def serve(settings: WebSettings, conninfo: str, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them once more when it is done: that is no failure
        signal.signal(number, lambda *_: None)
    logging.getLogger("psycopg.pool").addFilter(_Once())  # it tries several times a second
    server_of(settings, conninfo).run(sockets=[listener])
