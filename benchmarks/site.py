"""The site as it is measured: unmodified, or so that one way through its cache is always taken; and a bare application
that sends the same bytes."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collector.parent import end_with_parent
from web import freshness
from web.entry import Entry
from web.freshness import Freshness
from web.local import Local
from web.serve import bind, serve
from web.settings import WebSettings

FRESH, STALE, SHARED, EXPIRING = "fresh", "stale", "shared", "expiring"
_CONTEXT = multiprocessing.get_context("spawn")


class Running(NamedTuple):
    """A server."""

    url: str
    pid: int


@contextlib.contextmanager
def site(conninfo: str, way: str, memcached: str = "") -> Iterator[Running]:
    """The site in a process of its own.

    `fresh`: as it is. `stale`: nothing of an hour is ever fresh, so it is made anew all the time. `shared`: nothing is
    kept in the process. `expiring`: what is of an hour is fresh for a second, and then gone.
    """
    settings = WebSettings(
        web_port=0, web_misses_per_second=0.0, memcached=memcached, web_live_readers_max=1_000_000,
        web_live_readers_per_client_max=0,
    )  # fmt: skip
    with _running(_serve, settings, conninfo, way) as running:
        yield running


@contextlib.contextmanager
def feed_site(conninfo: str, publisher: str) -> Iterator[Running]:
    """The site as it is, a feed generator of this publisher's."""
    settings = WebSettings(
        web_port=0, web_misses_per_second=0.0, public_url="https://bench.example", feed_publisher=publisher
    )
    with _running(_serve, settings, conninfo, FRESH) as running:
        yield running


@contextlib.contextmanager
def bare(body: bytes, headers: dict[str, str]) -> Iterator[Running]:
    """Starlette and uvicorn, and nothing between them and these bytes."""
    with _running(_serve_bare, body, headers) as running:
        yield running


@contextlib.contextmanager
def _running(serve: object, *arguments: object) -> Iterator[Running]:
    listener = bind(WebSettings(web_port=0))
    process = _CONTEXT.Process(target=_main, args=(serve, listener, *arguments), daemon=True)
    process.start()
    try:
        assert process.pid is not None
        yield Running(f"http://127.0.0.1:{listener.getsockname()[1]}", process.pid)
    finally:
        process.terminate()
        process.join(10)
        if process.exitcode is None:
            process.kill()
            process.join()
        listener.close()


def _main(serve: object, listener: socket.socket, *arguments: object) -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(signal.SIGKILL)
    serve(listener, *arguments)  # type: ignore[operator]


def _serve(listener: socket.socket, settings: WebSettings, conninfo: str, way: str) -> None:
    if way == STALE:
        freshness.OF_WINDOW["1h"] = Freshness(0, 3600)
    elif way == EXPIRING:
        freshness.OF_WINDOW["1h"] = Freshness(1, 0)
    elif way == SHARED:
        Local.get = _nothing  # type: ignore[method-assign]
    serve(msgspec.structs.replace(settings, web_port=0), conninfo, listener)


def _nothing(self: Local, key: str) -> Entry | None:
    del self, key
    return None


def _serve_bare(listener: socket.socket, body: bytes, headers: dict[str, str]) -> None:
    async def answer(_: Request) -> Response:
        return Response(body, headers=headers)

    app = Starlette(routes=[Route("/{path:path}", answer)])
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", log_level="warning", access_log=False, server_header=False
    )
    uvicorn.Server(config).run(sockets=[listener])
