"""The application: what there is, and where each address leads."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from hashlib import blake2b
from multiprocessing import get_context

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import PoolTimeout
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sql.version import VERSION
from web import api, live, static
from web.cache import Cache
from web.database import Database
from web.endpoint import Endpoint, check_method
from web.generator import Generator
from web.handles import AskedHandles
from web.headers import SecurityHeaders
from web.hidden import Hidden
from web.limits import Buckets, Work
from web.live import Live
from web.local import Local
from web.memcached import Memcached
from web.observing import NOWHERE, Observing, path_of
from web.old import OldPages
from web.origin import Origin
from web.overview import Overviews
from web.page import PageEndpoint, notice, problem_page
from web.pages import PAGES, status
from web.problem import INTERNAL, Problem, not_found
from web.pulse import beat
from web.purging import purging
from web.reading import Readings
from web.resources import PREFIX, RESOURCES
from web.routes import Signpost
from web.settings import WebSettings
from web.shared import InMemcached, InTable, Layer, Shared
from web.telling import Teller
from web.ticker import Ticker
from web.vitals import WebVitals
from web.xrpc import (
    DESCRIBE,
    IDENTITY,
    SKELETON,
    XrpcEndpoint,
    describe,
    identity,
    read_skeleton,
    refusal,
    unknown_method,
)

_KINDS = {404: "not-found", 405: "method-not-allowed"}


_GENERATOR = (SKELETON, DESCRIBE, IDENTITY, "/xrpc/{nsid}")
_OURS = ("/healthz", "/readyz", "/openapi.json", "/docs", "/status", "/robots.txt", "/static/{name}")
ROUTES = (
    f"{PREFIX}/status", PREFIX + live.PATH, *(PREFIX + resource.path for resource in RESOURCES), *_GENERATOR,
    *(path_of(page.path) for page in PAGES), *_OURS, NOWHERE,
)  # fmt: skip
"""Every path there is, as metrics show them."""


def create_app(settings: WebSettings, conninfo: str, vitals: WebVitals | None = None) -> ASGIApp:
    """The site and its API on the database at `conninfo`, which may come and go."""
    vitals = vitals or WebVitals(get_context("spawn"), ROUTES)
    database = Database(conninfo, settings.web_pool_max)
    memcached = Memcached(settings.memcached) if settings.memcached else None
    layers: list[Layer] = [InMemcached(memcached)] if memcached else []
    layers.append(InTable(database.pool, settings.web_cache_table_mib << 20))
    forget = purging(settings.cdn_purge)
    teller = Teller(forget) if forget else None
    hidden = Hidden(teller)
    local, work = Local(settings.web_cache_mib << 20), Work(settings.web_pool_max)
    origin = Origin(
        database,
        Cache(_namespace(conninfo), local, Shared(layers, vitals.trouble), hidden),
        work,
        Buckets(settings.web_misses_per_second, settings.web_misses_burst),
        AskedHandles(database.pool),
        Readings(),
        bool(settings.cdn_purge),
        vitals,
    )

    ticker = Ticker(database.pool, vitals)
    said = {"public_url": settings.public_url.rstrip("/"), "contact": settings.contact, "network": "",
            "publisher": settings.feed_publisher}  # fmt: skip
    generator = Generator(settings)
    old = OldPages(partial(notice, said))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.overviews = Overviews(database.pool)
        app.state.local, app.state.version, app.state.said = local, VERSION, said
        app.state.database = database
        await database.pool.open(wait=False)  # the site answers before the database does
        with contextlib.suppress(psycopg.Error, PoolTimeout, OSError):
            await hidden.look(database.pool)  # before the first answer, which may be one that others have made
        behind = [
            asyncio.create_task(hidden.follow(database.pool)),
            asyncio.create_task(beat(vitals, local, work, database.pool)),
            asyncio.create_task(ticker.run()),
        ]
        if teller is not None:
            behind.append(asyncio.create_task(teller.run(database.pool)))
        try:
            yield
        finally:
            for task in behind:
                task.cancel()
            await asyncio.gather(*behind, return_exceptions=True)
            await origin.cache.close()  # it needs the pool and memcached to let go of its leases
            await database.pool.close()
            if memcached is not None:
                memcached.close()

    signpost = Signpost([
        Route(f"{PREFIX}/status", _strictly(api.status)),
        Route(
            PREFIX + live.PATH,
            Live(origin, ticker, settings.web_live_readers_max, settings.web_live_readers_per_client_max),
        ),
        *[
            Route(PREFIX + resource.path.replace("{key}", "{key:path}"), Endpoint(resource, origin))
            for resource in RESOURCES
        ],
        Route(SKELETON, XrpcEndpoint(SKELETON, partial(read_skeleton, generator), origin)),
        Route(DESCRIBE, XrpcEndpoint(DESCRIBE, partial(describe, generator), origin)),
        Route(IDENTITY, partial(identity, generator)),
        Route("/xrpc/{nsid:path}", unknown_method),
        *[Route(page.path, PageEndpoint(page, origin, said, old)) for page in PAGES],
        Route("/healthz", api.alive),
        Route("/readyz", api.ready),
        Route("/openapi.json", _strictly(api.document)),
        Route("/docs", _strictly(status.docs)),
        Route("/status", status.StatusPage(said).answer),
        Route("/robots.txt", status.robots),
        Route("/static/{name:path}", static.serve),
    ])  # fmt: skip
    site = Starlette(
        routes=[signpost],
        exception_handlers={HTTPException: _refused, 500: _broken},
        lifespan=lifespan,
    )
    site.router.redirect_slashes = False  # one address for one thing
    # outside: the answer to our own failure carries them too
    answering = SecurityHeaders(site, https=settings.public_url.startswith("https://"))
    return Observing(answering, vitals, access_log=settings.web_access_log)


def _strictly(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """An answer to a plain GET, and to nothing else."""

    async def checked(request: Request) -> Response:
        try:
            check_method(request.scope)
        except Problem as problem:
            return _answer(request, problem, **({"Accept-Ranges": "none"} if problem.status == 416 else {}))
        return await answer(request)

    return checked


def _namespace(conninfo: str) -> str:
    """Of one database: two sites may share a memcached."""
    where = conninfo_to_dict(conninfo)
    named = "\n".join(str(where.get(name, "")) for name in ("host", "hostaddr", "port", "dbname"))
    return blake2b(named.encode(), digest_size=4).hexdigest()


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    asked = f"{request.method} {request.url.path}"
    if error.status_code == 404:
        return _answer(request, not_found(f"nothing is at {asked}"))
    kind = _KINDS.get(error.status_code, "bad-parameter")
    return _answer(request, Problem(error.status_code, kind, asked), **(error.headers or {}))


async def _broken(request: Request, _: Exception) -> Response:
    return _answer(request, Problem(500, INTERNAL, "this is our fault; it has been logged"))


def _answer(request: Request, problem: Problem, **headers: str) -> Response:
    """An error in the form of what was asked for."""
    if request.url.path.startswith("/xrpc/"):
        return refusal(problem)
    if request.url.path.startswith("/api/"):
        return api.problem_answer(problem, **headers)
    if request.url.path.startswith(("/static/", "/openapi.json", "/healthz", "/readyz")):
        return PlainTextResponse(f"{problem}\n", problem.status, {**problem.headers, **headers})
    answer = problem_page(problem, request.app.state.said, request.app.state.database.seen)
    answer.headers.update(headers)
    return answer
