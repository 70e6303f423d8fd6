"""Web processes in one loop that share a layer of the cache, and who makes what they serve."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from web.cache import Cache, Served
from web.entry import Entry, mark_of
from web.hidden import Hidden
from web.local import Local
from web.shared import Layer, Shared

ASKED = "/api/v1/top/accounts?window=1h"


def entry(body: bytes = b"one", *, fresh_s: float = 30.0, stale_s: float = 30.0, names: str = "") -> Entry:
    now = time.time()
    return Entry(
        request=ASKED, status=200, media="text/plain", etag="", made_at=now, fresh_until=now + fresh_s,
        stale_until=now + fresh_s + stale_s, names_accounts=bool(names),
        accounts=(mark_of(names),) if names else (), keys=(), headers=(), bodies={"": body},
    )  # fmt: skip


class Maker:
    """Makes entries, and counts those it has begun with."""

    def __init__(self, make: Callable[[int], Entry], takes_s: float = 0.05, at_once: int | None = None) -> None:
        """It is through with the first `at_once` after a while, or with all; with others once it is let."""
        self.made, self._make, self._takes_s, self._at_once = 0, make, takes_s, at_once
        self.begun, self.let = asyncio.Event(), asyncio.Event()
        self.trouble: Exception | None = None

    async def __call__(self) -> Entry:
        self.made += 1
        number = self.made
        self.begun.set()
        await asyncio.sleep(self._takes_s)
        if self._at_once is not None and number > self._at_once:
            await self.let.wait()
        if self.trouble is not None:
            raise self.trouble
        return self._make(number)


class Processes:
    """Caches that share a layer, as web processes do."""

    def __init__(self, layers: list[Layer], count: int = 2) -> None:
        self.layers, self.hidden = layers, Hidden()
        self.hidden._known = True
        self.caches = [Cache("test", Local(1 << 20), Shared(layers), self.hidden) for _ in range(count)]

    async def get(self, process: int, make: Callable[[], Awaitable[Entry]]) -> Served:
        return await self.caches[process].get(ASKED, make, lambda: None)


Run = Callable[[Callable[[Processes], Awaitable[None]]], None]
"""Runs a test in a loop, with two processes."""
