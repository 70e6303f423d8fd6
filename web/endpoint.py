"""The endpoint of one resource: from a request to the bytes of a cached entry, and what other caches are told.

It owns HTTP: methods, conditions, encodings, headers. It knows neither numbers nor SQL.
"""

from __future__ import annotations

import time
from functools import lru_cache, partial

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from web.asking import Ask
from web.cache import Served
from web.entry import ACCOUNTS_IN_KEYS_MAX
from web.finishing import finished
from web.freshness import cache_control
from web.origin import Origin
from web.parsing import parsed, request_of
from web.problem import MEDIA, Problem
from web.reading import words_of
from web.resources import PREFIX, Resource

_ACCEPTED_BYTES_MAX = 200


class Endpoint:
    """An ASGI application that answers for one resource."""

    def __init__(self, resource: Resource, origin: Origin) -> None:
        self._resource, self._origin = resource, origin
        self._route = origin.vitals.routes.index(PREFIX + resource.path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            check_method(scope)
            words = words_of(scope)
            ask, asked = read = self._origin.readings.get(words) or self._read(scope["path_params"], words[1])
            served = await self._origin.served(
                self._route, scope, asked, self._resource.cost(ask), lambda at: self._resource.make(at, ask),
                partial(finished, self._resource, ask, asked),
            )  # fmt: skip
            self._origin.readings.keep(words, read)
            await send_entry(scope, send, served, purges=self._origin.purges)
        except Problem as problem:
            await send_problem(scope, receive, send, problem)

    def _read(self, path: dict[str, str], query: bytes) -> tuple[Ask, str]:
        ask = parsed(self._resource.ask, path, query)
        return ask, request_of(PREFIX + self._resource.path, path, ask)


def check_method(scope: Scope) -> None:
    """Refuse what is no plain GET or HEAD. Raises Problem."""
    if scope["method"] not in ("GET", "HEAD"):
        raise Problem(405, "method-not-allowed", f"{scope['method'][:20]} is not allowed here; GET and HEAD are")
    for name, value in scope["headers"]:
        if name == b"range":
            raise Problem(416, "no-ranges", "answers are served whole")
        if name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0")):
            raise Problem(400, "no-body", "a GET has no body here")


async def send_entry(scope: Scope, send: Send, served: Served, *, purges: bool) -> None:
    """An entry as it is served now: in an encoding the reader takes, or not at all if they have it."""
    entry = served.entry
    left_s = entry.fresh_until - time.time()
    accepted, known = b"", b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted = value[:_ACCEPTED_BYTES_MAX]
        elif name == b"if-none-match":
            known = value
    coding = coding_of(accepted, entry.codings)
    body = entry.bodies[coding]
    purges = purges and not entry.posts and len(entry.accounts) <= ACCOUNTS_IN_KEYS_MAX
    control = cache_control(left_s, names_accounts=entry.names_accounts, purges=purges)
    state = f"hit; ttl={int(left_s // 1)}" if served.hit else "fwd=miss; stored"
    headers = [
        (b"cache-control", control.encode()),
        (b"cache-status", f"skytally; {state}".encode()),
        *entry.said,
    ]
    status = entry.status
    if known and matches(known, entry.etag):
        status, body = 304, b""
    else:
        headers += [(b"content-type", entry.media.encode()), (b"content-length", b"%d" % len(body))]
        if coding:
            headers.append((b"content-encoding", coding.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def send_problem(scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
    """A problem as an answer."""
    headers = {**problem.headers, "Vary": "Accept-Encoding"}
    if problem.status == 405:
        headers["Allow"] = "GET, HEAD"
    if problem.status == 416:
        headers["Accept-Ranges"] = "none"
    await Response(problem.body, problem.status, headers, MEDIA)(scope, receive, send)


@lru_cache(maxsize=4096)
def coding_of(accepted: bytes, offered: tuple[str, ...]) -> str:
    """The content coding a reader takes, the smallest first (RFC 9110, 12.5.3); '' is the plain one."""
    weights: dict[str, float] = {}
    for part in accepted.decode("latin1").lower().split(","):
        name, _, parameters = part.partition(";")
        weight = 1.0
        if "q=" in parameters:
            try:
                weight = float(parameters.partition("q=")[2].split(";")[0])
            except ValueError:
                weight = 0.0
        weights[name.strip()] = weight
    for coding in ("br", "zstd", "gzip"):
        if coding in offered and weights.get(coding, weights.get("*", 0.0)) > 0:
            return coding
    return ""


def matches(known: bytes, etag: str) -> bool:
    """Whether an If-None-Match means this (RFC 9110, 13.1.2: compared weakly)."""
    if known.strip() == b"*":
        return True
    mine = etag.removeprefix("W/")
    return any(each.strip().removeprefix("W/") == mine for each in known.decode("latin1").split(","))
