"""Boards and histories as the database has them, and what gaps have cut out of the time that they are about.

It owns these queries. It ranks nothing and knows no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from sql import statement

LENGTH = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
"""Of each window that boards are made for."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What upstream delivered of a stretch of time."""

    share: float
    """What no gap cuts, 0 to 1; time before the first event ever counted is not covered."""
    gaps: list[dict[str, Any]]
    """`from`, `to`, `source`, `reason` of each."""


@dataclass(frozen=True, slots=True)
class Board:
    """A page of a board."""

    begins: datetime
    ends: datetime
    as_of: datetime
    coverage: Coverage
    total: int
    """Rows of the whole board that are shown."""
    rows: list[dict[str, Any]]
    """`rank`, who it is, `value`, `gained`, `lost`, `previous_rank` and `previous_value`; the last two are of the board
    one window earlier, None where it was not kept or did not have it."""


async def accounts(
    connection: psycopg.AsyncConnection[Any], metric: str, window: str, *, at: datetime | None = None,
    offset: int = 0, limit: int = 100,
) -> Board | None:  # fmt: skip
    """A board of accounts as it stands now, or as it stood `at` the end of an hour; None where there is none."""
    board = {"metric": metric, "time_window": window, "length": LENGTH[window], "at": at}
    given = {**board, "offset": offset, "limit": limit}
    cursor = await connection.cursor(row_factory=dict_row).execute(statement("query/board_accounts"), given)
    rows = await cursor.fetchall()
    if not rows:
        return None
    heads = [{name: row.pop(name) for name in ("begins", "ends", "as_of", "total")} for row in rows]
    covered = await coverage(connection, heads[0]["begins"], heads[0]["ends"])
    return Board(**heads[0], coverage=covered, rows=[row for row in rows if row["did"] is not None])


async def coverage(connection: psycopg.AsyncConnection[Any], begin: datetime, end: datetime) -> Coverage:
    """What was delivered from `begin` to before `end`."""
    cursor = await connection.execute(statement("query/coverage"), {"from": begin, "to": end})
    row = await cursor.fetchone()
    assert row is not None
    return Coverage(round(row[0] or 0.0, 6), row[1])


async def account_series(
    connection: psycopg.AsyncConnection[Any], account: int, metric: int, begin: datetime, end: datetime
) -> list[dict[str, Any]]:
    """`hour`, `gained` and `lost` of an account by one metric, of the hours with any from `begin` to before `end`."""
    given = {"account": account, "metric": metric, "from": begin, "to": end}
    cursor = connection.cursor(row_factory=dict_row)
    return await (await cursor.execute(statement("query/account_series"), given)).fetchall()
