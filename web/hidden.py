"""Who is not shown any more: what caches must not serve, known within seconds of the database.

It owns a set of short hashes, read anew in the background. Accounts that have not been shown for longer than any answer
is kept are in no answer, so only changes of the last days are looked at.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement
from web.entry import Entry, short_hash

INTERVAL_S = 5.0
_TOLD = timedelta(minutes=1)
_log = logging.getLogger(__name__)


class Hidden:
    """Accounts that are not shown, of those that were shown lately."""

    def __init__(self, forget: Callable[[list[str]], Awaitable[None]] | None = None) -> None:
        """`forget` is told of short hashes that are new, once each: other caches have to forget them."""
        self._hashes: frozenset[str] = frozenset()
        self._forget = forget
        self._known = False

    def hides(self, entry: Entry) -> bool:
        """Whether it names somebody who is not shown."""
        if not self._hashes or not entry.accounts:
            return False
        return not self._hashes.isdisjoint(entry.accounts)

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
            found = frozenset([short_hash(did) for (did,) in await cursor.fetchall()])
        new, self._hashes = sorted(found - self._hashes), found
        if new and self._known and self._forget is not None and await self._first(pool, new):
            await self._forget(new)
        self._known = True

    async def _first(self, pool: AsyncConnectionPool[Any], new: list[str]) -> bool:
        """Whether no other process has told other caches of these."""
        given = {"key": f"forget:{','.join(new)}", "lease": _TOLD}
        async with pool.connection(timeout=2.0) as connection, connection.transaction():
            await connection.execute("set transaction read write")
            cursor = await connection.execute(statement("cache/lease"), given)
            return await cursor.fetchone() is not None
