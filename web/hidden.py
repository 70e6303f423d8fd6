"""Who is not shown any more: what caches must not serve, known within seconds of the database.

It owns a set of their marks, read anew in the background. Accounts that have not been shown for longer than any answer
is kept are in no answer, so only changes of the last days are looked at.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import blake2b
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement
from web.entry import Entry, mark_of, short_hash

INTERVAL_S = 5.0
_TOLD = timedelta(minutes=1)
_log = logging.getLogger(__name__)


class Hidden:
    """Accounts that are not shown, of those that were shown lately."""

    def __init__(self, forget: Callable[[list[str]], Awaitable[None]] | None = None) -> None:
        """`forget` is told of short hashes that are new, once each: other caches have to forget them."""
        self._marks: frozenset[str] = frozenset()
        self._untold: list[str] = []
        self._forget = forget
        self._known = False

    def hides(self, entry: Entry) -> bool:
        """Whether it names somebody who is not shown; while that is not known yet, whether it names anybody."""
        if not entry.accounts:
            return False
        return not self._known or (bool(self._marks) and not self._marks.isdisjoint(entry.accounts))

    async def follow(self, pool: AsyncConnectionPool[Any]) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look(pool)
            except (psycopg.Error, PoolTimeout, OSError):
                pass  # the database is away: nobody can have changed there
            except Exception:
                _log.exception("hidden accounts could not be read")
            await asyncio.sleep(INTERVAL_S)

    async def look(self, pool: AsyncConnectionPool[Any]) -> None:
        """Read who is not shown now."""
        async with pool.connection(timeout=2.0) as connection:
            cursor = await connection.execute(statement("query/hidden"))
            dids = [did for (did,) in await cursor.fetchall()]
        found = dict(zip(map(mark_of, dids), dids, strict=True))
        if self._known:
            self._untold += [short_hash(found[mark]) for mark in found.keys() - self._marks]
        self._marks, self._known = frozenset(found), True
        if self._untold and self._forget is not None:
            untold = sorted(self._untold)
            if await self._first(pool, untold):
                await self._forget(untold)
            self._untold = []

    async def _first(self, pool: AsyncConnectionPool[Any], untold: list[str]) -> bool:
        """Whether no other process has told other caches of these."""
        digest = blake2b(" ".join(untold).encode(), digest_size=16).hexdigest()
        async with pool.connection(timeout=2.0) as connection, connection.transaction():
            await connection.execute("set transaction read write")
            cursor = await connection.execute(statement("cache/lease"), {"key": f"forget:{digest}", "lease": _TOLD})
            return await cursor.fetchone() is not None
