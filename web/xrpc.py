"""XRPC: how the network asks a feed generator, and how it is answered.

Errors are `{error, message}`, fields that are not there are left out; unknown parameters are ignored, and who asks too.

It owns HTTP of these three addresses. Lexicons: app.bsky.feed.describeFeedGenerator, app.bsky.feed.getFeedSkeleton.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from web import feeds
from web.database import Snapshot
from web.endpoint import check_method, send_entry
from web.entry import Entry, entry_of
from web.freshness import Freshness
from web.generator import Generator
from web.origin import Origin
from web.parsing import QUERY_BYTES_MAX
from web.problem import Problem
from web.skeleton import place_of, skeleton

DESCRIBE = "/xrpc/app.bsky.feed.describeFeedGenerator"
SKELETON = "/xrpc/app.bsky.feed.getFeedSkeleton"
IDENTITY = "/.well-known/did.json"
LIMIT_MAX, LIMIT_USUAL = 100, 50
COST = 0.1
"""Of a page that has to be made, in tokens of its client: one AppView asks for all its readers, and a page is cheap."""
_READ_MAX = 1024
_FRESH = Freshness(10, 30)
_SELDOM = Freshness(300, 300)
_ERRORS = {404: "NotFound", 429: "RateLimitExceeded", 501: "MethodNotImplemented", 503: "NotEnoughResources"}
_REFUSED, _BROKEN = "InvalidRequest", "InternalServerError"


class UnknownFeed(Problem):
    """No feed of ours."""

    def __init__(self) -> None:
        super().__init__(400, "bad-parameter", "there is no such feed here")

    def again(self) -> Problem:
        """See Problem."""
        return UnknownFeed()


class Asked(NamedTuple):
    """A question: what it is in one canonical form, and what makes the body of its answer."""

    request: str
    make: Callable[[Snapshot], Awaitable[Body]]


class Body(NamedTuple):
    """An answer, and whom it names."""

    value: dict[str, Any]
    dids: list[str]
    freshness: Freshness
    key: str
    """By which other caches can forget it."""


class XrpcEndpoint:
    """An ASGI application that answers one kind of question."""

    def __init__(self, path: str, read: Callable[[bytes], Asked], origin: Origin) -> None:
        self._read, self._origin = lru_cache(_READ_MAX)(read), origin  # the same words mean the same
        self._route = origin.vitals.routes.index(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            check_method(scope)
            asked = self._read(scope["query_string"])
            served = await self._origin.served(
                self._route, scope, asked.request, COST, asked.make, partial(finished, asked.request)
            )
            await send_entry(scope, send, served, purges=self._origin.purges)
        except Problem as problem:
            await refusal(problem)(scope, receive, send)


def finished(request: str, body: Body, made_at: float, posts: tuple[int, ...]) -> Entry:
    """The entry of a body."""
    return entry_of(
        request, orjson.dumps(body.value), "application/json", body.freshness, made_at, key=body.key, dids=body.dids,
        names_accounts=bool(body.dids), posts=posts,
    )  # fmt: skip


def refusal(problem: Problem) -> Response:
    """A problem as XRPC says it."""
    usual = _REFUSED if problem.status < 500 else _BROKEN
    name = "UnknownFeed" if isinstance(problem, UnknownFeed) else _ERRORS.get(problem.status, usual)
    body = orjson.dumps({"error": name, "message": problem.detail})
    headers = dict(problem.headers) | ({"Allow": "GET, HEAD"} if problem.status == 405 else {})
    return Response(body, problem.status, headers, "application/json")


def describe(generator: Generator, _: bytes) -> Asked:
    """describeFeedGenerator."""

    async def make(snapshot: Snapshot) -> Body:
        ids = [feed.id for feed in await feeds.feeds(snapshot)]
        return Body(generator.description(ids), [], _SELDOM, "feeds")

    if not generator.did:
        raise Problem(404, "not-found", "this generator has no public address yet (SKYTALLY_PUBLIC_URL)")
    return Asked(f"{DESCRIBE} {generator.did} {generator.publisher}", make)


def read_skeleton(generator: Generator, query: bytes) -> Asked:
    """getFeedSkeleton. Raises Problem."""
    given = _parameters(query)
    if "feed" not in given:
        raise Problem(400, "bad-parameter", "feed: is missing")
    id = generator.feed_of(given["feed"])
    if not id:
        raise UnknownFeed
    limit, cursor = _limit(given.get("limit", "")), given.get("cursor", "")
    try:
        place = place_of(cursor) if cursor else None
    except ValueError:
        raise Problem(400, "bad-parameter", "cursor: has to be the cursor of the page before") from None

    async def make(snapshot: Snapshot) -> Body:
        feed = await feeds.feed(snapshot, id)
        if feed is None:
            raise UnknownFeed
        page = await skeleton(snapshot, feed, limit, place)
        more = {"cursor": page.next.cursor()} if page.next is not None else {}
        return Body({**more, "feed": [{"post": uri} for uri in page.posts]}, page.dids, _FRESH, f"feed-{feed.number}")

    return Asked(f"{SKELETON}?feed={quote(id, safe='')}&limit={limit}&cursor={cursor}", make)


def _parameters(query: bytes) -> dict[str, str]:
    """The first value of each name."""
    if len(query) > QUERY_BYTES_MAX:
        raise Problem(414, "too-long", f"a query may have {QUERY_BYTES_MAX:,} bytes")
    found: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin1"), errors="replace"):
        found.setdefault(name, value)
    return found


def _limit(text: str) -> int:
    if not text:
        return LIMIT_USUAL
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= LIMIT_MAX):
        raise Problem(400, "bad-parameter", f"limit: has to be an integer from 1 to {LIMIT_MAX}")
    return int(text)


async def identity(generator: Generator, request: Request) -> Response:
    """GET /.well-known/did.json."""
    try:
        check_method(request.scope)
        if not generator.did:
            raise Problem(404, "not-found", "this site has no public address yet (SKYTALLY_PUBLIC_URL)")
    except Problem as problem:
        return refusal(problem)
    headers = {"Cache-Control": "public, max-age=300, s-maxage=300"}
    return Response(orjson.dumps(generator.document()), 200, headers, "application/json")


async def unknown_method(_: Request) -> Response:
    """Any other XRPC."""
    return refusal(Problem(501, "not-found", "this is a feed generator and no more"))
