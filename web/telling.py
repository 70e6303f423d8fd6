"""Telling: other caches hear whom to forget from one of our processes, until they have heard it or have forgotten.

It knows short hashes and the times of changes, not accounts, and not how caches are told (purging.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement
from web.freshness import longest_at_cdn_s
from web.purging import Forget

AGAIN_S = 15.0
"""After so long every process has looked, and what one that had not was still answering is answered."""
KEPT = timedelta(seconds=longest_at_cdn_s())
"""For so long other caches may have what they are not told to forget."""
_LOOK_S = 0.5
_RETRY_S, _RETRY_S_MAX = 5.0, 60.0
_LEASE = timedelta(minutes=1)
"""Who has not told within this has died, or has been told to try again."""
_TOLD = timedelta(minutes=10)
"""By then every process has come to the same telling."""
_log = logging.getLogger(__name__)

Change = tuple[str, datetime]
"""The short hash of who is not shown any more, and since when."""


class _Telling(NamedTuple):
    due: float
    """On the monotonic clock."""
    turn: int
    changes: frozenset[Change]
    tries: int = 0

    @property
    def hashes(self) -> list[str]:
        return sorted({short for short, _ in self.changes})

    @property
    def key(self) -> str:
        """The same for all processes that would tell the same."""
        said = " ".join(f"{short} {at.isoformat()}" for short, at in sorted(self.changes))
        return f"forget:{self.turn}:{blake2b(said.encode(), digest_size=16).hexdigest()}"


class Teller:
    """What other caches are still to be told."""

    def __init__(self, forget: Forget) -> None:
        self._forget = forget
        self._tellings: list[_Telling] = []

    def note(self, changes: frozenset[Change]) -> None:
        """Have it told at once and once more."""
        if changes:
            now = time.monotonic()
            self._tellings += [_Telling(now, 1, changes), _Telling(now + AGAIN_S, 2, changes)]

    async def run(self, pool: AsyncConnectionPool[Any]) -> None:
        """Tell what is due, until cancelled."""
        while True:
            try:
                for telling in self._due():
                    await self._tell(pool, telling)
            except (psycopg.Error, PoolTimeout):
                pass  # nobody knows who tells: it stays due
            except Exception as error:  # whatever the operator's hook does
                _log.warning("caches could not be told to forget: %s", error)
                self._put_off()
            await asyncio.sleep(_LOOK_S)

    def _due(self) -> list[_Telling]:
        return [each for each in self._tellings if each.due <= time.monotonic()]

    async def _tell(self, pool: AsyncConnectionPool[Any], telling: _Telling) -> None:
        """Tell it, unless another process has, or is about to."""
        async with _writing(pool) as connection:
            row = await (await connection.execute(statement("cache/take"), {"key": telling.key})).fetchone()
            told = row is not None and row[0] is not None  # without a value it is somebody's to do
            given = {"key": telling.key, "lease": _LEASE, "stored_at": row[1] if row else None}
            ours = None if told else await (await connection.execute(statement("cache/lease"), given)).fetchone()
        if ours:
            try:
                await self._forget(telling.hashes)
            except Exception:
                async with _writing(pool) as connection:  # whoever tries again need not wait for us
                    await connection.execute(statement("cache/release"), {"key": telling.key, "lease": ours[0]})
                raise
            async with _writing(pool) as connection:
                await connection.execute(statement("cache/told"), {"key": telling.key, "kept": _TOLD})
        if ours or told:
            self._tellings.remove(telling)

    def _put_off(self) -> None:
        """What is due becomes one telling of later, without what other caches have forgotten by themselves."""
        due, since = self._due(), datetime.now(UTC) - KEPT
        changes = frozenset(change for each in due for change in each.changes if change[1] > since)
        self._tellings = [each for each in self._tellings if each not in due]
        if changes:
            turn, tries = max(each.turn for each in due), max(each.tries for each in due)
            wait_s = min(_RETRY_S * 2.0**tries, _RETRY_S_MAX)
            self._tellings.append(_Telling(time.monotonic() + wait_s, turn, changes, tries + 1))


@asynccontextmanager
async def _writing(pool: AsyncConnectionPool[Any]) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with pool.connection(timeout=2.0) as connection, connection.transaction():
        await connection.execute("set transaction read write")
        yield connection
