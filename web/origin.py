"""The origin: from a request in its canonical form to the entry that answers it, from the cache or made.

It is what all endpoints share, and the one place where something is made: when it has its turn, from one snapshot. It
knows no numbers, and of HTTP no more than who asks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, TypeVar

from starlette.types import Scope

from web.cache import Cache, Served
from web.database import Database, Snapshot
from web.entry import Entry
from web.handles import AskedHandles
from web.limits import Buckets, Work
from web.reading import Readings
from web.vitals import FRESH, MADE, OLD, STALE, WebVitals

_Answer = TypeVar("_Answer")
Make = Callable[[Snapshot], Awaitable[_Answer]]
Finish = Callable[[_Answer, float, tuple[int, ...]], Entry]
"""The entry of an answer, of when its numbers were read (unix seconds), and of the marks of the posts in it. It runs in
a thread: a large answer takes a tenth of a second, in which others can be served."""


class Origin(NamedTuple):
    """What all endpoints share."""

    database: Database
    cache: Cache
    work: Work
    buckets: Buckets
    handles: AskedHandles
    readings: Readings
    purges: bool
    """Whether other caches can be told to forget."""
    vitals: WebVitals

    async def served(
        self, route: int, scope: Scope, request: str, cost: float, make: Make[_Answer], finish: Finish[_Answer]
    ) -> Served:
        """The entry of a request. Raises Problem; `cost` is in tokens of the client, where it has to be made."""
        admit = partial(self.buckets.take, client_of(scope), cost)
        served = await self.cache.get(request, partial(self._made, route, make, finish), admit)
        self.note(route, served)
        return served

    def note(self, route: int, served: Served) -> None:
        """What was served, and how old it was."""
        age, now = MADE, time.time()
        if served.hit:
            age = FRESH if now < served.entry.fresh_until else STALE if now < served.entry.stale_until else OLD
        self.vitals.answered(route, age)

    async def _made(self, route: int, make: Make[_Answer], finish: Finish[_Answer]) -> Entry:
        unknown: set[str] = set()
        try:
            async with self.work.place():
                made_at, begun = time.time(), time.perf_counter()
                async with self.database.snapshot() as snapshot:
                    unknown = snapshot.unknown
                    answer = await make(snapshot)
        finally:
            if unknown:
                await self.handles.note(unknown)
        entry = await asyncio.to_thread(finish, answer, made_at, tuple(snapshot.posts))
        self.vitals.made(route, time.perf_counter() - begun)
        return entry


def client_of(scope: Scope) -> str:
    """Who asks, by address; '' is a socket of this machine that says nothing of whom it asks for."""
    return scope["client"][0] if scope.get("client") else ""
