"""The status as a page, and robots.txt: answers that are not kept by the cache."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Undefined
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from web.api import status_of
from web.document import Document, document_of, sent
from web.openapi import REFUSALS, specification
from web.overview import Collections, Overview, Overviews
from web.page import HTML, problem_page, templates
from web.problem import TITLES, Unavailable

_CLOSED = ("/account/", "/@", "/api/", "/compare", "/watch", "/network?")
_ROBOTS = "\n".join(["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), ""])


class StatusPage:
    """How the collector is: one page a second, however many ask."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said
        self._made_of: Overview | None = None
        self._page: Document | None = None

    async def answer(self, request: Request) -> Response:
        """GET /status."""
        overviews: Overviews = request.app.state.overviews
        overview, collections = await overviews.overview(), await overviews.collections()
        if overview is None:
            away = Unavailable("database-away", "the database does not answer")
            return problem_page(away, self._said, request.app.state.database.seen)
        if self._page is None or self._made_of is not overview:
            self._made_of, self._page = overview, self._made(overview, collections)
        return sent(request, self._page, "no-store")

    def _made(self, overview: Overview, collections: Collections) -> Document:
        values = {
            **self._said, "head": None, "canonical": "/status", "status": status_of(overview),
            "collections": collections, "network": overview.status["network"],
            "most_events": max((each["total"] for each in collections.rows), default=1),
        }  # fmt: skip
        return document_of(templates.get_template("status.html").render(values).encode(), HTML)


async def docs(request: Request) -> Response:
    """GET /docs: the specification, for people."""
    state = request.app.state
    return sent(request, _docs(state.version, tuple(state.said.items())), "public, max-age=300")


@cache
def _docs(version: str, said: tuple[tuple[str, str], ...]) -> Document:
    values = {
        **dict(said), "head": None, "canonical": "/docs", "document": specification(version), "problems": TITLES,
        "refusals": REFUSALS,
    }  # fmt: skip
    # a schema has what it has
    body = templates.overlay(undefined=Undefined).get_template("docs.html").render(values)
    return document_of(body.encode(), HTML)


async def robots(_: Request) -> Response:
    """GET /robots.txt: pages of accounts are nobody's to list."""
    return PlainTextResponse(_ROBOTS, headers={"Cache-Control": "public, max-age=3600"})
