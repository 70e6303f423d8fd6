"""Who is not shown any more: what caches must not serve, known within seconds of the database.

It owns a set of their marks, read anew in the background. Accounts that have not been shown for longer than any answer
is kept are in no answer, so only changes of the last days are looked at.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement
from web.deleted import Deleted
from web.entry import Entry, mark_of, short_hash
from web.telling import KEPT, Teller

INTERVAL_S = 5.0
_log = logging.getLogger(__name__)


class Hidden:
    """Accounts that are not shown, of those that were shown lately, and posts that were deleted lately."""

    def __init__(self, teller: Teller | None = None) -> None:
        """`teller` has other caches forget who is new."""
        self._marks: frozenset[str] = frozenset()
        self._since: dict[str, datetime] = {}
        self._deleted = Deleted()
        self._teller = teller
        self._known = False

    def hides(self, entry: Entry) -> bool:
        """Whether it names an account or lists a post that is not shown; while that is not known yet, whether any."""
        if not entry.accounts and not entry.posts:
            return False
        if not self._known or (self._marks and not self._marks.isdisjoint(entry.accounts)):
            return True
        return bool(entry.posts) and self._deleted.listed_by(entry)

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
            cursor = await connection.execute(statement("query/hidden"), {"lately": KEPT})
            rows = await cursor.fetchall()
            await self._deleted.look(connection)
        since = {mark_of(did): at for did, at, _ in rows}
        if self._teller is not None:
            # what was hidden while nothing ran is as new as what was hidden since the last look
            new = [(did, at) for did, at, lately in rows
                   if (self._since.get(mark_of(did)) != at if self._known else lately)]  # fmt: skip
            self._teller.note(frozenset((short_hash(did), at) for did, at in new))
        self._marks, self._since, self._known = frozenset(since), since, True
