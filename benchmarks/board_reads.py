"""How long the site's queries for boards and for the series of an account take, on one session."""

from __future__ import annotations

import statistics
import time
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from collector.rollups import HOUR
from collector.windows import LENGTH, WINDOWS, floor
from sql import statement
from web.series import as_given
from web.spans import Summed, spans

_Asked = list[tuple[sql.SQL | sql.Composed, dict[str, Any]]]


def read_ms(connection: psycopg.Connection, now: datetime, days: int) -> dict[str, float]:
    """Milliseconds for a page of 100 of a board, and for the hours of so many days of somebody on it; the median of
    many."""
    board = {"metric": "likes_received", "at": None, "pattern": None, "count": "records", "offset": 0, "limit": 100}
    pages = [{**board, "time_window": window.name, "length": window.length} for window in WINDOWS]
    query = "select keys from board where kind = 'accounts' and metric = 'likes_received' and time_window = '30d'"
    ((keys,),) = connection.execute(query).fetchall()
    board_query, (series_query, month) = sql.SQL(statement("query/board_accounts")), _series(connection, now, days)
    each: dict[str, _Asked] = {
        "board": [(board_query, page) for page in pages * 25],
        "series": [(series_query, {**month, "account": account}) for account in keys[::11]],
    }
    return {what: _median_ms(connection, asked) for what, asked in each.items()}


def _series(connection: psycopg.Connection, now: datetime, days: int) -> tuple[sql.Composed, dict[str, Any]]:
    """What the site asks for the hours of these days of an account."""
    row = connection.execute("select hours_to, days_to from fold").fetchone()
    assert row is not None
    hours_to, days_to = row
    read = spans(floor(now, HOUR) - timedelta(days=days), now, LENGTH[HOUR], Summed(hours_to, days_to, now))
    names = {unit: sql.Identifier(f"account_{unit}") for unit in ("day", "hour", "minute")}
    query = sql.SQL(statement("query/points")).format(**names, key=sql.SQL("kept.account = %(account)s"))
    return query, {"metrics": ["likes_received"], "bucket": LENGTH[HOUR], **as_given({"": read})}


def _median_ms(connection: psycopg.Connection, asked: _Asked) -> float:
    def seconds(query: sql.SQL | sql.Composed, given: dict[str, Any]) -> float:
        begun = time.perf_counter()
        connection.execute(query, given).fetchall()
        return time.perf_counter() - begun

    return round(statistics.median(seconds(*each) for each in asked) * 1000, 2)
