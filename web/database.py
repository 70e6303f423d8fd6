"""The database as readers see it: one consistent picture, read-only, that may not be there.

It owns the pool, and what becomes of its errors. It knows no query but the one every answer begins with.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement
from sql.ids import Ids
from sql.session import entry
from web.problem import Unavailable

_OTHERS = 4
"""Connections for what is done beside making answers: looking into the cache's table, following changes, ticks."""
_TIMEOUT_S = 2.0
_AWAY_S = 1.0
"""How long nobody else waits for a database that has just not answered."""


@dataclass(frozen=True, slots=True)
class Head:
    """What every answer depends on."""

    network: str
    """Its name."""
    now: datetime
    watermark: datetime
    """Everything delivered up to here is counted; before the first event, now."""
    counting: bool
    """Whether anything has been counted yet."""
    first: datetime
    """The first minute ever counted."""
    hours_to: datetime
    """Hours before this are summed up."""
    days_to: datetime
    minutes_from: datetime
    """Minutes before this are not kept any more."""
    hours_from: datetime
    log_from: datetime
    """What the event log still has begins here."""

    @property
    def as_of(self) -> datetime | None:
        """The watermark, where there is one."""
        return self.watermark if self.counting else None

    @property
    def lag_s(self) -> float | None:
        """How far it is behind the clock, in seconds."""
        return round((self.now - self.watermark).total_seconds(), 3) if self.counting else None


def literally(text: str) -> str:
    """A text as a part of a LIKE pattern that is like nothing else."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


class Snapshot:
    """One picture of the database."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], head: Head, ids: Ids) -> None:
        self._connection, self.head, self.ids = connection, head, ids
        self.posts: set[int] = set()
        """Marks of the posts that were found here, for the answer must go when they do."""
        self.unknown: set[str] = set()
        """Handles that were asked for and nobody known here has."""

    async def rows(
        self, name: str, names: Mapping[str, sql.Composable] | None = None, /, **given: Any
    ) -> list[dict[str, Any]]:
        """The rows of a statement, in which `names` stand for tables and columns."""
        query: sql.SQL | sql.Composed = sql.SQL(statement(name))
        if names:
            query = sql.SQL(statement(name)).format(**names)
        cursor = self._connection.cursor(row_factory=dict_row)
        return await (await cursor.execute(query, given)).fetchall()


class Database:
    """A pool of connections of the role that may only read."""

    def __init__(self, conninfo: str, connections_max: int) -> None:
        self.pool = AsyncConnectionPool[psycopg.AsyncConnection[Any]](
            entry(conninfo, "skytally_web", "web", connect_timeout_s=3),
            kwargs={"autocommit": True},
            min_size=1,
            max_size=connections_max + _OTHERS,
            open=False,
            check=AsyncConnectionPool.check_connection,
            reconnect_timeout=10,
        )
        self._ids: Ids | None = None
        self._seen: Head | None = None
        self._away_until = 0.0

    @property
    def seen(self) -> Head | None:
        """The last head that was read here, as it is by now; None before the first."""
        return self._seen and replace(self._seen, now=max(self._seen.now, datetime.now(UTC)))

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """A picture. Raises Unavailable when the database does not answer, or not in time."""
        if time.monotonic() < self._away_until:
            raise _away()
        try:
            async with self.pool.connection(timeout=_TIMEOUT_S) as connection, connection.transaction():
                await connection.execute("set transaction isolation level repeatable read")
                head, salt = await _head(connection)
                self._ids, self._seen = self._ids or Ids(salt), head
                yield Snapshot(connection, head, self._ids)
        except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable) as error:
            raise Unavailable("busy", "this takes longer than it may just now") from error
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, OSError) as error:
            self._away_until = time.monotonic() + _AWAY_S
            raise _away() from error


def _away() -> Unavailable:
    return Unavailable("database-away", "the database does not answer, and nothing of this has been read from it yet")


async def _head(connection: psycopg.AsyncConnection[Any]) -> tuple[Head, bytes]:
    cursor = await connection.cursor(row_factory=dict_row).execute(statement("query/head"))
    row = await cursor.fetchone()
    if row is None or row["salt"] is None:
        raise Unavailable("database-away", "the database is not set up yet")
    salt, never = row.pop("salt"), datetime(1970, 1, 1, tzinfo=UTC)
    first = row["first"] or row["now"]
    given = {
        **row,
        "counting": row["watermark"] is not None,
        "watermark": row["watermark"] or row["now"],
        "first": first,
        "hours_to": row["hours_to"] or first.replace(minute=0),
        "days_to": row["days_to"] or first.replace(minute=0, hour=0),
        "minutes_from": row["minutes_from"] or never,
        "hours_from": row["hours_from"] or never,
        "log_from": row["log_from"] or row["now"],
    }
    return Head(**given), bytes(salt)
