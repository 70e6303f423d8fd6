"""The layer that all web processes share: memcached, or a table where there is none or it is away.

Both say the same: the entry, and whether whoever asks is the one to make it anew. It does not know how one is made.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from pymemcache.exceptions import MemcacheError, MemcacheServerError

from sql import statement
from web.entry import Entry, packed, unpacked
from web.memcached import Memcached
from web.spans import EPOCH

LEASE_S = 10
"""How long somebody may take to make an entry before another may."""
KEPT_S = 86_400
"""How long after it was fresh an entry is kept for bad times."""
_AWAY_S = 1.0
_CONNECTION_S = 1.0
"""For so long a question waits for a connection of the table."""
_ITEM_BYTES_MAX = 4_000_000
_SHARE_OF_ONE = 256
"""Of the table, what an entry may take at most."""
_SHARE_OF_SWEEP = 16
"""Of the table, what a process adds before it looks at how large all of it is."""


class Found(NamedTuple):
    """What there is under a key."""

    entry: Entry | None
    lease: bool
    """Whether it is ours to make it anew."""
    mark: int = 0
    """Of what was found, for writing and seizing."""
    there: bool = False
    """Whether there is one, though it may not be served."""


_OVERDUE_S = 2.0
"""memcached counts seconds by a clock that is never set; one that was set ahead is seen by this."""

Hides = Callable[[Entry], bool]
NOTHING = Found(None, True)
"""Where nothing is shared, everybody makes their own."""


class Layer(Protocol):
    """One way of sharing."""

    name: str
    """One of `vitals.LAYERS`."""

    @property
    def trouble(self) -> tuple[type[Exception], ...]:
        """What it raises when it is away."""

    async def take(self, key: str, request: str, hides: Hides) -> Found: ...
    async def put(self, key: str, entry: Entry, found: Found) -> None: ...
    async def seize(self, key: str, found: Found) -> None: ...
    async def drop(self, key: str) -> None: ...


class InMemcached:
    """Entries as items; the lease is the winning flag of `mg`."""

    name = "memcached"
    trouble = (MemcacheError, OSError)

    def __init__(self, memcached: Memcached) -> None:
        self._memcached = memcached

    async def take(self, key: str, request: str, hides: Hides) -> Found:
        """What there is. One reader is told to make it anew once it is not fresh, or hidden."""
        reply = await self._memcached.ask(lambda client: client.mg(key.encode(), LEASE_S, KEPT_S))
        entry = unpacked(reply.value, request) if reply.value else None
        hidden = entry is not None and hides(entry)
        if entry is None or reply.won or reply.taken or not (hidden or _overdue(entry)):
            return Found(None if hidden else entry, reply.won, reply.cas, entry is not None)
        await self._memcached.ask(lambda client: client.md(key.encode(), reply.cas, KEPT_S))
        return await self.take(key, request, hides)

    async def put(self, key: str, entry: Entry, found: Found) -> None:
        """Share it, unless somebody has shared another since `found`."""
        value = packed(entry)
        if len(value) > _ITEM_BYTES_MAX:
            await self.seize(key, found)
            return
        ttl_s = max(0, int(entry.fresh_until - time.time())) + KEPT_S
        with contextlib.suppress(MemcacheServerError):  # larger than its items may be: it is not shared
            await self._memcached.ask(lambda client: client.ms(key.encode(), value, ttl_s, found.mark))

    async def drop(self, key: str) -> None:
        """There is no such entry any more."""
        await self._memcached.ask(lambda client: client.md(key.encode(), 0, 0))

    async def seize(self, key: str, found: Found) -> None:
        """Whoever was to make it does not: let the next reader."""
        stale_s = KEPT_S if found.there else 0
        await self._memcached.ask(lambda client: client.md(key.encode(), found.mark, stale_s))


def _overdue(entry: Entry) -> bool:
    """Whether somebody should have been told to make it anew by now: the clock was set ahead."""
    return time.time() > entry.fresh_until + _OVERDUE_S


class InTable:
    """Entries as rows of cache.entry; the lease is a time in them."""

    name = "table"
    trouble = (psycopg.Error, PoolTimeout, OSError)

    def __init__(self, pool: AsyncConnectionPool[Any], bytes_max: int) -> None:
        self._pool, self._max = pool, bytes_max
        self._unswept = bytes_max  # what was stored before us is looked at first

    async def take(self, key: str, request: str, hides: Hides) -> Found:
        """What there is. One reader is told to make it anew once it is not fresh, or hidden."""
        rows = await self._run("cache/take", key=key)
        entry = unpacked(rows[0][0], request) if rows and rows[0][0] else None
        there = entry is not None
        if entry is not None and hides(entry):
            entry = None
        if entry is not None and time.time() < entry.fresh_until:
            return Found(entry, False, there=there)
        stored_at = rows[0][1] if rows else None
        leased = await self._run("cache/lease", key=key, lease=timedelta(seconds=LEASE_S), stored_at=stored_at)
        return Found(entry, bool(leased), _mark_of(leased[0][0]) if leased else 0, there)

    async def put(self, key: str, entry: Entry, found: Found) -> None:
        """Share it, unless the right to make it has become another's, or it would take the place of many."""
        value = packed(entry)
        if len(value) > self._max // _SHARE_OF_ONE:
            await self.drop(key)  # nobody waits for it
            return
        expires_at = datetime.fromtimestamp(entry.fresh_until + KEPT_S, UTC)
        lease = _lease_of(found.mark)
        await self._run("cache/put", key=key, value=value, expires_at=expires_at, lease=lease)
        self._unswept += len(value)
        if self._unswept > self._max // _SHARE_OF_SWEEP:
            self._unswept = 0
            await self._run("cache/sweep", bytes_max=self._max)

    async def seize(self, key: str, found: Found) -> None:
        """Whoever was to make it does not: let the next reader. Of others the right ends by itself."""
        await self._run("cache/release", key=key, lease=_lease_of(found.mark))

    async def drop(self, key: str) -> None:
        """There is no such entry any more."""
        await self._run("cache/drop", key=key)

    async def _run(self, name: str, **given: Any) -> list[Any]:
        async with self._pool.connection(timeout=_CONNECTION_S) as connection, connection.transaction():
            await connection.execute("set transaction read write")
            cursor = await connection.execute(statement(name), given)
            return await cursor.fetchall() if cursor.description else []


def _mark_of(leased_until: datetime) -> int:
    return (leased_until - EPOCH) // timedelta(microseconds=1)


def _lease_of(mark: int) -> datetime:
    return EPOCH + timedelta(microseconds=mark)


class Shared:
    """The first of the layers that is not away."""

    def __init__(self, layers: list[Layer], trouble: Callable[[str], None] = lambda _: None) -> None:
        """`trouble` is told the name of a layer that is away, each time that it is tried."""
        self._layers, self._trouble = layers, trouble
        self._away_until = [0.0] * len(layers)

    async def take(self, key: str, request: str, hides: Hides) -> Found:
        """See the layers."""
        found: Found = await self._first(lambda layer: layer.take(key, request, hides), NOTHING)
        return found

    async def put(self, key: str, entry: Entry, found: Found) -> None:
        """See the layers."""
        await self._first(lambda layer: layer.put(key, entry, found), None)

    async def seize(self, key: str, found: Found) -> None:
        """See the layers."""
        await self._first(lambda layer: layer.seize(key, found), None)

    async def drop(self, key: str) -> None:
        """See the layers."""
        await self._first(lambda layer: layer.drop(key), None)

    async def _first(self, question: Callable[[Layer], Awaitable[Any]], otherwise: Any) -> Any:
        for number, layer in enumerate(self._layers):
            if time.monotonic() < self._away_until[number]:
                continue
            try:
                return await question(layer)
            except layer.trouble:
                self._away_until[number] = time.monotonic() + _AWAY_S
                self._trouble(layer.name)
        return otherwise
