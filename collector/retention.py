"""Retention: the days of the event log, of rollups and of boards, made before they are needed and dropped whole.

A disk budget shortens the event log, and nothing else: rollups and boards are what people come for.

It counts from the newest well-filled minute, not from the clock, so that a recording of any age can be replayed. What
is dropped of follows stays known (sql/migrations/0002_events.sql).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

import psycopg

from collector.settings import CollectorSettings
from sql import statement

_DAY = timedelta(days=1)
ROLLUPS_BY_DAY = ("account", "post", "term", "author")


LOG_DAYS_MIN = 2
"""Days of the event log that no disk budget takes: it begins before the window of seen keys does."""


class Shortened(NamedTuple):
    """What the disk budget has done."""

    log_days_short: int
    """Days that the event log is shorter than asked."""
    over_bytes: int
    """What the database takes more than its budget, after that."""


class Quiet:
    """Which days of the event log nothing has come for in so much stream time that no host change reads it again: an
    event is known by its row, so a row that was written lately must stay. It knows what it has seen itself."""

    def __init__(self, connection: psycopg.Connection, span: timedelta) -> None:
        self._connection, self._span = connection, span
        self._since: dict[date, tuple[int, datetime]] = {}

    def has(self, day: date) -> bool:
        """Whether it is one of them."""
        table = f"event_{day:%Y%m%d}"
        row = self._connection.execute(statement("rollup/inserted"), {"table": table}).fetchone()
        if row is None:
            return False
        inserted, watermark = row
        if self._since.get(day, (None,))[0] != inserted:
            self._since[day] = inserted, watermark
        return bool(watermark - self._since[day][1] >= self._span)

    def forget(self, day: date) -> None:
        """It was dropped: should it be made again, it is another one."""
        self._since.pop(day, None)


def tend_days(connection: psycopg.Connection, settings: CollectorSettings, quiet: Quiet | None = None) -> None:
    """Make tomorrow's day if it is not there, and drop those wholly older than each table keeps them; of the event log
    only those that are `quiet`, where that is known.

    Raises psycopg.errors.LockNotAvailable when something reads a table just now; the next time will do.
    """
    kept = {
        # a create on this day is known to deletes until the end of the day after the last one kept
        "event": settings.event_days_kept + 1,
        **{f"{rollup}_minute": settings.minute_days_kept for rollup in ROLLUPS_BY_DAY},
        **{f"{rollup}_hour": settings.hour_days_kept for rollup in ROLLUPS_BY_DAY},
        "board_hour": settings.hour_days_kept,
    }
    for table, days_kept in kept.items():
        newest, days = _days(connection, table)
        if newest is None:
            return
        if newest + _DAY not in days:
            connection.execute("select ensure_day(%s)", (newest + _DAY,))
        waits = quiet if table == "event" else None
        for day in days:
            if day < newest - timedelta(days=days_kept) and (waits is None or waits.has(day)):
                if table == "event":
                    _await_readers(connection)
                _drop(connection, table, day)
                if waits is not None:
                    waits.forget(day)


def keep_to_budget(connection: psycopg.Connection, settings: CollectorSettings) -> Shortened:
    """Drop the oldest days of the event log while the database takes more than its budget. Raises as `tend_days`."""
    budget = settings.database_mib_max << 20
    newest, days = _days(connection, "event")
    if not budget or newest is None:
        return Shortened(0, 0)
    old = [day for day in days if day <= newest]
    while (over := _bytes(connection) - budget) > 0 and len(old) > LOG_DAYS_MIN:
        _await_readers(connection)
        with connection.transaction():
            _drop(connection, "event", old.pop(0))
            connection.execute("update fold set log_from = greatest(log_from, %s)", (old[0],))
    query = "select log_from, (select (min(minute) at time zone 'UTC')::date from network_minute) from fold"
    row = connection.execute(query).fetchone()
    assert row is not None
    begins, first = row
    asked_from = max(newest - timedelta(days=settings.event_days_kept), first)
    return Shortened(max(0, (begins - asked_from).days) if begins else 0, max(0, over))


def _await_readers(connection: psycopg.Connection) -> None:
    """Of the log, in a transaction of its own: where they are not through in time, nothing is copied in vain."""
    connection.execute("select await_readers()")


def _drop(connection: psycopg.Connection, table: str, day: date) -> None:
    """A day, with what only it kept from being wrong."""
    with connection.transaction():
        if table == "event":
            connection.execute(statement("rollup/forget_remade"), {"day": day})
        connection.execute("select drop_day(%s, %s)", (table, day))


def _days(connection: psycopg.Connection, table: str) -> tuple[date | None, list[date]]:
    """The day that retention counts from, and the days that there are of a table."""
    row = connection.execute(statement("rollup/days"), {"parent": table}).fetchone()
    assert row is not None
    return row[0], row[1]


def _bytes(connection: psycopg.Connection) -> int:
    """What the database takes on the disk."""
    row = connection.execute(statement("rollup/bytes")).fetchone()
    assert row is not None
    return int(row[0])
