"""The application: routes, the pool, error pages, in one expression each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from sql.session import entry
from web import api, pages
from web.headers import SecurityHeaders
from web.network import Network
from web.settings import WebSettings


def create_app(settings: WebSettings, conninfo: str) -> ASGIApp:
    """The site and its API on the database at `conninfo`, which may come and go."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pool = AsyncConnectionPool(
            entry(conninfo, "skytally_web", "web"),
            kwargs={"autocommit": True},
            min_size=1,
            max_size=settings.web_pool_max,
            open=False,
            check=AsyncConnectionPool.check_connection,
            reconnect_timeout=10,
        )
        app.state.network = Network(pool)
        await pool.open(wait=False)  # the site answers before the database does
        try:
            yield
        finally:
            await pool.close()

    site = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/api/v1/status", api.status),
            Route("/healthz", _alive),
            Mount("/static", StaticFiles(directory=pages.HERE / "static")),
        ],
        exception_handlers={HTTPException: _refused, 500: _broken},
        lifespan=lifespan,
    )
    site.router.redirect_slashes = False  # one address for one thing
    return SecurityHeaders(site)  # outermost: the answer to our own failure carries them too


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _answer(request, error.status_code, error.detail, f"{request.method} {request.url.path}", error.headers)


async def _broken(request: Request, _: Exception) -> Response:
    return _answer(request, 500, "Internal error", "this is our fault; it has been logged")


def _answer(
    request: Request, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """An error in the form of what was asked for."""
    if request.url.path.startswith("/api/"):
        return api.problem(status, title, detail, **(headers or {}))
    return PlainTextResponse(f"{title}\n", status, {"Cache-Control": "no-store", **(headers or {})})
