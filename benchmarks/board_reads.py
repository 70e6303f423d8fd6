"""How long the site's queries for boards and for the series of an account take, on one session."""

from __future__ import annotations

import statistics
import time
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from collector.rollups import HOUR
from collector.windows import LENGTH, WINDOWS, floor
from sql import statement
from web.series import as_given
from web.spans import Summed, spans

_Asked = list[tuple[sql.SQL | sql.Composed, dict[str, Any]]]
_DAYS = """
select ensure_day(day) from (select distinct (begins - interval '1 hour')::date as day from board) as earlier
"""
_EARLIER = """
insert into board_hour (hour, kind, metric, time_window, keys, rkeys, gained, lost)
select date_trunc('hour', begins, 'UTC') - interval '1 hour', kind, metric, time_window, keys, rkeys, gained, lost
from board
where kind in ('accounts', 'posts') and time_window <> 'all'
on conflict do nothing
"""
_DELETED = """
insert into deleted_post (account, rkey, rev)
select hashint8extended(n, 1), (extract(epoch from watermark) * 1e6 - n * 2592000.0)::bigint << 10, n
from fold
cross join generate_series(1, 1000000) as each (n)
"""


def read_ms(connection: psycopg.Connection, now: datetime, days: int) -> dict[str, float]:
    """Milliseconds for a page of 100 of a board of accounts and of one of posts, with the board of a window earlier and
    a million deleted posts beside it, and for the hours of so many days of somebody on it; the median of many."""
    with connection.transaction(force_rollback=True):
        _make_earlier(connection)
        board = {"at": None, "count": "records", "offset": 0, "limit": 100}
        of_accounts = {**board, "metric": "likes_received", "pattern": None}
        of_posts = {**board, "metric": "likes", "language": None}
        query = "select keys from board where kind = 'accounts' and metric = 'likes_received' and time_window = '30d'"
        ((keys,),) = connection.execute(query).fetchall()
        series_query, month = _series(connection, now, days)
        each: dict[str, _Asked] = {
            "accounts": _pages("query/board_accounts", of_accounts),
            "posts": _pages("query/board_posts", of_posts),
            "series": [(series_query, {**month, "account": account}) for account in keys[::11]],
        }
        return {what: _median_ms(connection, asked) for what, asked in each.items()}


def _pages(name: LiteralString, given: dict[str, Any]) -> _Asked:
    """The first page of each window, again and again."""
    query = sql.SQL(statement(name))
    return [(query, {**given, "time_window": window.name, "length": window.length}) for window in WINDOWS * 25]


def _make_earlier(connection: psycopg.Connection) -> None:
    """What a history of this length has and this one has not: deleted posts are of all of its 30 days."""
    connection.execute(_DAYS)
    connection.execute(_EARLIER)
    connection.execute(_DELETED)
    connection.execute("analyze deleted_post, board_hour")


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
