"""What the network as a whole is doing, as the database has it: status, and counts by collection and language.

It owns these queries and their last good answers, which are shown with their age while the database is away. It
knows no HTTP.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement

COLLECTIONS_MAX = 24
LANGUAGES_MAX = 24
WINDOW = timedelta(hours=24)
_SECONDS = 1.0
"""How long a picture will do, however many ask."""


@dataclass(frozen=True, slots=True)
class Overview:
    """One consistent picture of the network."""

    status: dict[str, Any]
    gaps: list[dict[str, Any]]
    quarantine: dict[str, int]
    collections: list[dict[str, Any]]
    """Of the last 24 hours before the watermark: collection and its events by operation, most events first."""
    collections_left_out: int
    """How many more collections had events in these hours, and how many events:"""
    events_left_out: int
    languages: list[dict[str, Any]]
    """Of the same hours: posts and replies by language, net of deletes."""
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


class Overviews:
    """Asks the database, and remembers what it last said."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self._last: Overview | None = None
        self._picture: Overview | None = None
        self._looked_at = 0.0
        self._one = asyncio.Lock()

    async def overview(self) -> Overview | None:
        """The picture of this second, or the last one with the trouble; None when there has never been one."""
        async with self._one:
            if self._picture is None or time.monotonic() - self._looked_at > _SECONDS:
                self._picture = await self._look()
                self._looked_at = time.monotonic()
            return self._picture

    async def _look(self) -> Overview | None:
        try:
            async with self._pool.connection(timeout=2.0) as connection, connection.transaction():
                self._last = await _ask(connection)
                return self._last
        except (psycopg.Error, PoolTimeout):
            if self._last is None:
                return None
            # where it is and why it does not answer is for the log, not for readers
            at = f"{self._last.taken_at:%Y-%m-%d %H:%M:%S} UTC"
            return replace(self._last, trouble=f"The database does not answer; these numbers were read at {at}.")


async def _ask(connection: psycopg.AsyncConnection[Any]) -> Overview:
    await connection.execute("set transaction isolation level repeatable read")
    cursor = connection.cursor(row_factory=dict_row)
    status = await (await cursor.execute(statement("query/status"))).fetchone()
    assert status is not None
    since = (status["watermark"] or datetime.now(UTC)) - WINDOW
    await cursor.execute(statement("query/gaps"))
    gaps = [
        {"from": g["from_time"], "to": g["to_time"], "source": g["host"], "reason": g["reason"]}
        for g in await cursor.fetchall()
    ]
    await cursor.execute(statement("query/quarantine_reasons"))
    quarantine = {row["reason"]: row["count"] for row in await cursor.fetchall()}
    await cursor.execute(statement("query/collections"), {"since": since, "limit": COLLECTIONS_MAX})
    collections = await cursor.fetchall()
    all_collections, all_events = (collections[0]["collections"], collections[0]["events"]) if collections else (0, 0)
    await cursor.execute(statement("query/languages"), {"since": since, "limit": LANGUAGES_MAX})
    languages = [{**row, "posts": row["gained"] - row["lost"]} for row in await cursor.fetchall()]
    return Overview(
        status, gaps, quarantine, collections, all_collections - len(collections),
        all_events - sum(row["total"] for row in collections), languages, datetime.now(UTC),
    )  # fmt: skip
