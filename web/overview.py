"""What the network as a whole is doing, as the database has it: status, and counts by collection.

It owns these queries and their last good answers, which are shown with their age while the database is away; however
many ask, the database is asked once a second. It knows no HTTP.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement

COLLECTIONS_MAX = 24
WINDOW = timedelta(hours=24)
_SECONDS = 1.0
"""How long a picture will do, however many ask."""
Cursor = psycopg.AsyncCursor[DictRow]
Picture = TypeVar("Picture")


@dataclass(frozen=True, slots=True)
class Overview:
    """One consistent picture of the network."""

    status: dict[str, Any]
    gaps: list[dict[str, Any]]
    quarantine: dict[str, int]
    taken_at: datetime
    trouble: str = ""
    """Why this picture is an old one; empty when it is not."""

    @property
    def coverage(self) -> float:
        """The share of the time since the first event that no gap cuts, 0 to 1."""
        first, last = self.status["first_minute"], self.status["watermark"]
        if first is None or last is None or last <= first:
            return 1.0
        share: float = 1.0 - self.status["gap_seconds"] / (last - first).total_seconds()
        return round(share, 6)


@dataclass(frozen=True, slots=True)
class Collections:
    """What came of each collection in the 24 hours before the watermark."""

    rows: list[dict[str, Any]]
    """Collection and its events by operation, most events first."""
    left_out: int
    """How many more collections had events in these hours, and how many events:"""
    events_left_out: int


class Overviews:
    """The pictures of this second."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._overview = _Looks(pool, _overview, _in_trouble)
        self._collections = _Looks(pool, _collections, lambda last: last)

    async def overview(self) -> Overview | None:
        """The picture of this second, or the last one with the trouble; None when there has never been one."""
        return await self._overview.latest()

    async def collections(self) -> Collections:
        """Those of this second, or of when they were last read."""
        return await self._collections.latest() or Collections([], 0, 0)


class _Looks(Generic[Picture]):
    """Asks the database one thing, and remembers what it last said."""

    def __init__(
        self,
        pool: AsyncConnectionPool[Any],
        ask: Callable[[Cursor], Awaitable[Picture]],
        aged: Callable[[Picture], Picture],
    ) -> None:
        """`aged`: what is told of the last picture while there is none of now."""
        self._pool, self._ask, self._aged = pool, ask, aged
        self._last: Picture | None = None
        self._told: Picture | None = None
        self._looked_at = float("-inf")
        self._one = asyncio.Lock()

    async def latest(self) -> Picture | None:
        """The picture of this second, the same for all who ask in it; None when there has never been one."""
        async with self._one:
            if time.monotonic() - self._looked_at > _SECONDS:
                self._told = await self._look()
                self._looked_at = time.monotonic()
            return self._told

    async def _look(self) -> Picture | None:
        try:
            async with self._pool.connection(timeout=2.0) as connection, connection.transaction():
                await connection.execute("set transaction isolation level repeatable read")
                self._last = await self._ask(connection.cursor(row_factory=dict_row))
                return self._last
        except (psycopg.Error, PoolTimeout):
            return None if self._last is None else self._aged(self._last)


def _in_trouble(last: Overview) -> Overview:
    # where it is and why it does not answer is for the log, not for readers
    at = f"{last.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    return replace(last, trouble=f"The database does not answer; these numbers were read at {at}.")


async def _overview(cursor: Cursor) -> Overview:
    status = await (await cursor.execute(statement("query/status"))).fetchone()
    assert status is not None
    await cursor.execute(statement("query/gaps"))
    gaps = [
        {"from": g["from_time"], "to": g["to_time"], "source": g["host"], "reason": g["reason"]}
        for g in await cursor.fetchall()
    ]
    await cursor.execute(statement("query/quarantine_reasons"))
    quarantine = {row["reason"]: row["count"] for row in await cursor.fetchall()}
    return Overview(status, gaps, quarantine, datetime.now(UTC))


async def _collections(cursor: Cursor) -> Collections:
    await cursor.execute(statement("query/collections"), {"length": WINDOW, "limit": COLLECTIONS_MAX})
    rows = await cursor.fetchall()
    of_all, events = (rows[0]["collections"], rows[0]["events"]) if rows else (0, 0)
    return Collections(rows, of_all - len(rows), events - sum(row["total"] for row in rows))
