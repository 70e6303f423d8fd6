"""A page: what is asked of it, what makes its values, and the HTML of them, cached and served like any answer.

It owns how a page is rendered. Pages ignore what they do not know in an address, for shared links carry more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from web import drawing, wording
from web.asking import Ask
from web.database import Head, Snapshot
from web.endpoint import check_method, send_entry
from web.entry import Entry, entry_of
from web.freshness import Freshness
from web.observing import path_of
from web.old import OldPages
from web.origin import Origin
from web.parsing import known_only, parsed, request_of
from web.problem import TITLES, Problem
from web.reading import words_of
from web.static import address

HERE = Path(__file__).parent
HTML, SVG, PNG = "text/html; charset=utf-8", "image/svg+xml", "image/png"


class Page(NamedTuple):
    """One kind of page."""

    path: str
    template: str
    ask: type[Ask]
    make: Callable[[Snapshot, Any], Awaitable[dict[str, Any]]]
    """Values for the template; `dids` are whom it names."""
    freshness: Callable[[Any], Freshness]
    names_accounts: bool = True
    media: str = HTML
    draw: Callable[[dict[str, Any]], bytes] | None = None
    """What makes a picture of the values; else the template is filled with them."""
    cost: float = 1.0
    """Of one page that has to be made, in tokens of its client (web/limits.py)."""


def environment() -> Environment:
    """What templates know beside their values."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=StrictUndefined,
    )  # fmt: skip
    made.filters["number"] = lambda value: f"{value or 0:,}"
    made.filters["signed"] = lambda value: f"{value:+,}".replace("-", "−")
    made.filters["line"] = lambda text: " ".join(text.split())
    made.filters["language"] = wording.language
    made.filters["segment"] = partial(quote, safe=":@")
    made.globals.update(zip=zip, drawing=drawing, wording=wording, static=address)
    return made


templates = environment()


class PageEndpoint:
    """An ASGI application that answers for one kind of page."""

    def __init__(self, page: Page, origin: Origin, said: Mapping[str, Any], old: OldPages) -> None:
        """`said`: what the site says of itself on every page."""
        self._page, self._origin, self._said, self._old = page, origin, said, old
        self._route = origin.vitals.routes.index(path_of(page.path))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            check_method(scope)
            words = words_of(scope)
            ask, asked = read = self._origin.readings.get(words) or self._read(scope["path_params"], words[1])
            served = await self._origin.served(
                self._route, scope, asked, self._page.cost,
                partial(self._make, ask), partial(self._finished, ask, asked),
            )  # fmt: skip
            self._origin.readings.keep(words, read)
            if served.trouble and self._page.media == HTML:
                served = self._old.of(served)
            await send_entry(scope, send, served, purges=self._origin.purges)
        except Problem as problem:
            await self._refusal(problem)(scope, receive, send)

    def _refusal(self, problem: Problem) -> Response:
        """A problem as what was asked for can say it: nobody reads a page in the place of a picture."""
        if self._page.media == HTML:
            return problem_page(problem, self._said, self._origin.database.seen)
        return PlainTextResponse(f"{problem}\n", problem.status, dict(problem.headers))

    def _read(self, path: dict[str, str], query: bytes) -> tuple[Ask, str]:
        ask = parsed(self._page.ask, path, known_only(self._page.ask, path, query))
        return ask, request_of(self._page.path, path, ask)

    async def _make(self, ask: Ask, snapshot: Snapshot) -> dict[str, Any]:
        values = await self._page.make(snapshot, ask)
        return {**values, "head": snapshot.head, "network": snapshot.head.network}

    def _finished(
        self, ask: Ask, asked: str, values: dict[str, Any], made_at: float, posts: tuple[int, ...]
    ) -> Entry:
        dids = values.get("dids", ())
        values = {"path": asked, "canonical": asked, **self._said, **values, "ask": ask}
        draw = self._page.draw
        body = draw(values) if draw else templates.get_template(self._page.template).render(values).encode()
        return entry_of(
            asked, body, self._page.media, self._page.freshness(ask), made_at, key="page", dids=dids,
            names_accounts=self._page.names_accounts, posts=posts,
        )  # fmt: skip


def notice(said: Mapping[str, Any], trouble: str, made_at: datetime) -> bytes:
    """What an old page says of why it is old."""
    return templates.get_template("old.html").render({**said, "trouble": trouble, "made_at": made_at}).encode()


def problem_page(problem: Problem, said: Mapping[str, Any], head: Head | None) -> HTMLResponse:
    """A problem for people, under what was last seen of the database. What may come by itself is tried again."""
    values = {
        **said, "problem": problem, "title": TITLES[problem.kind], "head": head, "path": "", "canonical": "",
        "again_s": problem.retry_after_s, "network": head.network if head else "",
    }  # fmt: skip
    body = templates.get_template("problem.html").render(values)
    return HTMLResponse(body, problem.status, {**problem.headers, "Vary": "Accept-Encoding"})


def dids_of(rows: Iterable[Any]) -> list[str]:
    """Whom rows name."""
    return [row.did for row in rows]
