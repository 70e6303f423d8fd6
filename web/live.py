"""GET /api/v1/live: counts as they come, as server-sent events (HTML, 9.2).

    id: PLACE                                    to go on from, on any process of this site
    data: {"time", "counts": {key: n}, "rate_per_second"}   what was added since the message before

The first message has what is to be caught up with: since a time, or since the `Last-Event-ID`. `event: restart` says
that what was added up so far is void, `event: dropped` is the last word to a reader who is too slow. It knows neither
how counts are made nor what they mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

import orjson
from starlette.types import Receive, Scope, Send

from web import asking
from web.endpoint import check_method, send_problem
from web.limits import network_of
from web.origin import Origin, client_of
from web.parsing import parsed
from web.place import place_of
from web.problem import Problem, Unavailable, bad_parameter
from web.protocol import WIRE
from web.since import counts_since
from web.ticker import BEHIND_MAX, INTERVAL_S, Tick, Ticker
from web.watching import Watch, added

PATH = "/live"
MEDIA = "text/event-stream"
_COST = 5.0
"""Of counts since a time, in tokens of their reader (web/limits.py)."""
_RETRY_MS = 2000
_HEADERS = (
    (b"content-type", MEDIA.encode()), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"),
)  # fmt: skip
_TERMS = ("language", "hashtag", "domain")


class Wire(Protocol):
    """What a connection lets be known of itself."""

    @property
    def full(self) -> bool:
        """Whether what was sent has not been taken yet."""

    @property
    def ending(self) -> bool:
        """Whether it is over, or we are."""

    def when_stopping(self, tell: Any) -> None:
        """Call this when we are."""

    def let_go(self) -> None:
        """Whatever is said next is the last, and is said to whoever still listens for a while."""


class Live:
    """An ASGI application that lets readers watch."""

    def __init__(self, origin: Origin, ticker: Ticker, readers_max: int, readers_of_network_max: int) -> None:
        self._origin, self._ticker = origin, ticker
        self._readers_max, self._of_network_max = readers_max, readers_of_network_max
        self._of_network: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, for as long as the reader wants."""
        with ExitStack() as stack:
            try:
                check_method(scope)
                ask = parsed(asking.Live, {}, scope["query_string"])
                watch = _watch_of(ask)
                if scope["method"] == "HEAD":
                    await _begin(send)
                    await send({"type": "http.response.body", "body": b""})
                    return
                client = client_of(scope)
                stack.enter_context(self._admitted(network_of(client)))
                first, tick = await self._caught_up(ask, watch, _last_id(scope), client)
            except Problem as problem:
                await send_problem(scope, receive, send, problem)
                return
            await _begin(send)
            await send(_part(b"retry: %d\n\n" % _RETRY_MS + first))
            await self._follow(scope["extensions"][WIRE], send, watch, tick)

    @contextmanager
    def _admitted(self, network: str) -> Iterator[None]:
        """A reader's. Raises Problem where there is none."""
        if self._ticker.readers >= self._readers_max:
            raise Unavailable("busy", "as many watch as this site has room for", 30)
        if self._of_network_max and self._of_network[network] >= self._of_network_max:
            raise Problem(429, "slow-down", f"{self._of_network_max} may watch from one network", retry_after_s=30)
        self._of_network[network] += 1
        try:
            with self._ticker.watched():
                yield
        finally:
            self._of_network[network] -= 1
            if not self._of_network[network]:
                del self._of_network[network]

    async def _caught_up(self, ask: asking.Live, watch: Watch, last_id: str, client: str) -> tuple[bytes, Tick]:
        """The first message, and the tick that it goes up to."""
        if not last_id:
            return await self._from_the_start(ask, watch, client)
        found = await self._resumed(watch, last_id)
        if found is None:
            first, tick = await self._from_the_start(ask, watch, client)
            return b"event: restart\n" + first, tick
        return found

    async def _resumed(self, watch: Watch, last_id: str) -> tuple[bytes, Tick] | None:
        """What was missed; None where that is not known any more."""
        place = place_of(last_id)
        tick = await self._ticker.covering(place) if place else None
        if tick is None:
            return None
        missed = await self._ticker.between(last_id, tick.id)
        if missed is None or not missed.complete:
            return None
        return tick.told(watch, watch.counts(missed.counts)), tick

    async def _from_the_start(self, ask: asking.Live, watch: Watch, client: str) -> tuple[bytes, Tick]:
        if not ask.since:
            tick = _there(await self._ticker.covering(None))
            return tick.told(watch, {}), tick
        self._origin.buckets.take(client, _COST)
        async with self._origin.work.place(), self._origin.database.snapshot() as snapshot:
            since = await counts_since(snapshot, watch, ask.since)
        tick = _there(await self._ticker.covering(since.place))
        newer = await self._ticker.between(since.id, tick.id)
        if newer is None or not newer.complete:
            raise Unavailable("busy", "this takes longer than it may just now")
        return tick.told(watch, added(watch.counts(since.counts), watch.counts(newer.counts)), **since.said), tick

    async def _follow(self, wire: Wire, send: Send, watch: Watch, tick: Tick) -> None:
        """Every tick from then on, until either has enough."""
        wire.when_stopping(self._ticker.wake)
        number = tick.number
        while not wire.ending:
            await self._ticker.turn()
            ticks = self._ticker.after(number)
            if ticks is None:
                wire.let_go()
                self._origin.vitals.count("live_dropped")
                await send(_part(_dropped(), more=False))
                return
            for each in ticks:
                if wire.full or wire.ending:
                    break
                if each.look is not None and not each.look.complete:
                    await send(_part(b"event: restart\ndata: {}\n\n", more=False))
                    return
                await send(_part(each.message(watch)))
                number = each.number
        await send(_part(b"", more=False))


def _watch_of(ask: asking.Live) -> Watch:
    """Raises Problem for what can not be watched together."""
    if ask.operation and ask.by == "operation":
        raise bad_parameter("operation", "all of them are counted by operation")
    if ask.by in _TERMS and ask.operation in ("update", "event"):
        raise bad_parameter("operation", f"is create or delete by {ask.by}: what an update says is not counted")
    if ask.languages == "first" and ask.by != "language":
        raise bad_parameter("languages", "is of posts by language")
    if ask.languages == "first" and ask.since:
        raise bad_parameter("since", "goes with all languages of a post: the first alone is not kept")
    return Watch(ask.by, ask.operation or "create", ask.languages)


def _there(tick: Tick | None) -> Tick:
    """Raises Problem where there is none: we are just ending."""
    if tick is None:
        raise Unavailable("busy", "this takes longer than it may just now", 2)
    return tick


def _last_id(scope: Scope) -> str:
    return next((value.decode("latin1") for name, value in scope["headers"] if name == b"last-event-id"), "")


def _dropped() -> bytes:
    detail = f"you are more than {BEHIND_MAX * INTERVAL_S:.0f} s behind; come back with the last id and miss nothing"
    return b"event: dropped\ndata: %s\n\n" % orjson.dumps({"detail": detail})


async def _begin(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})


def _part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}
