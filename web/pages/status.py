"""The status as a page, and robots.txt: answers that are not kept by the cache."""

from __future__ import annotations

from jinja2 import Undefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from web.api import status_of
from web.openapi import specification
from web.overview import Overviews
from web.page import problem_page, templates
from web.problem import TITLES, Unavailable

_ROBOTS = "User-agent: *\nDisallow: /account/\nDisallow: /@\nDisallow: /api/\nDisallow: /compare\nDisallow: /watch\n"


async def status(request: Request) -> Response:
    """GET /status: how the collector is."""
    overviews: Overviews = request.app.state.overviews
    overview = await overviews.overview()
    if overview is None:
        return problem_page(Unavailable("database-away", "the database does not answer"), request.app.state.said)
    values = {
        **request.app.state.said, "head": None, "canonical": "/status", "status": status_of(overview),
        "overview": overview, "collections": overview.collections, "network": overview.status["network"],
        "most_events": max((each["total"] for each in overview.collections), default=1),
    }  # fmt: skip
    return HTMLResponse(templates.get_template("status.html").render(values), headers={"Cache-Control": "no-store"})


async def docs(request: Request) -> Response:
    """GET /docs: the specification, for people."""
    document = specification(request.app.state.version)
    values = {
        **request.app.state.said, "head": None, "canonical": "/docs", "document": document, "problems": TITLES,
    }  # fmt: skip
    body = templates.overlay(undefined=Undefined).get_template("docs.html").render(values)  # a schema has what it has
    return HTMLResponse(body, headers={"Cache-Control": "public, max-age=300", "Vary": "Accept-Encoding"})


async def robots(_: Request) -> Response:
    """GET /robots.txt: pages of accounts are nobody's to list."""
    return PlainTextResponse(_ROBOTS, headers={"Cache-Control": "public, max-age=3600"})
