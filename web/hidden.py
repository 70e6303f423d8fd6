"""Who is not shown any more: what caches must not serve, known within seconds of the database.

It owns a set of their marks, read anew in the background. Accounts that have not been shown for longer than any answer
is kept are in no answer, so only changes of the last days are looked at.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement
from web.entry import Entry, mark_of, short_hash

INTERVAL_S = 5.0
AGAIN_S = 15.0
"""After so long every process has looked, and what one that had not was still answering is answered."""
_TOLD = timedelta(minutes=1)
_LATELY = timedelta(hours=2)
"""For as long other caches may have what they can be told to forget (API.md, caching)."""
_log = logging.getLogger(__name__)


class _Telling(NamedTuple):
    """Short hashes that other caches are to be told of."""

    due: float
    """On the monotonic clock."""
    turn: int
    hashes: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same for all processes that would tell the same."""
        return f"forget:{self.turn}:{blake2b(' '.join(self.hashes).encode(), digest_size=16).hexdigest()}"


class Hidden:
    """Accounts that are not shown, of those that were shown lately."""

    def __init__(self, forget: Callable[[list[str]], Awaitable[None]] | None = None) -> None:
        """`forget` is told of short hashes that are new, at once and once more: other caches have to forget them."""
        self._marks: frozenset[str] = frozenset()
        self._tellings: list[_Telling] = []
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
            cursor = await connection.execute(statement("query/hidden"), {"lately": _LATELY})
            rows = await cursor.fetchall()
        found = {mark_of(did): did for did, _ in rows}
        # what was hidden while nothing ran is as new as what was hidden since the last look
        new = [did for did, lately in rows if (mark_of(did) not in self._marks if self._known else lately)]
        self._marks, self._known = frozenset(found), True
        if self._forget is not None:
            self._note(tuple(sorted(map(short_hash, new))))
            await self._tell(pool, self._forget)

    def _note(self, hashes: tuple[str, ...]) -> None:
        if hashes:
            now = time.monotonic()
            self._tellings += [_Telling(now, 1, hashes), _Telling(now + AGAIN_S, 2, hashes)]

    async def _tell(self, pool: AsyncConnectionPool[Any], forget: Callable[[list[str]], Awaitable[None]]) -> None:
        """Tell what is due. What is in the way of it raises, and it stays due."""
        for telling in [each for each in self._tellings if each.due <= time.monotonic()]:
            if await self._first(pool, telling):
                await forget(list(telling.hashes))
            self._tellings.remove(telling)

    async def _first(self, pool: AsyncConnectionPool[Any], telling: _Telling) -> bool:
        """Whether no other process has told other caches of these."""
        async with pool.connection(timeout=2.0) as connection, connection.transaction():
            await connection.execute("set transaction read write")
            cursor = await connection.execute(statement("cache/lease"), {"key": telling.key, "lease": _TOLD})
            return await cursor.fetchone() is not None
