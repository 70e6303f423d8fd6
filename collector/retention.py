"""Retention: the days of the event log, of rollups and of boards, made before they are needed and dropped whole.

It counts from the newest well-filled minute, not from the clock, so that a recording of any age can be replayed. What
is dropped of follows stays known (sql/migrations/0002_events.sql).
"""

from __future__ import annotations

from datetime import timedelta

import psycopg

from collector.settings import CollectorSettings
from sql import statement

_DAY = timedelta(days=1)
ROLLUPS_BY_DAY = ("account", "post", "term", "author")


def tend_days(connection: psycopg.Connection, settings: CollectorSettings) -> None:
    """Make tomorrow's day if it is not there, and drop those wholly older than each table keeps them.

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
        row = connection.execute(statement("rollup/days"), {"parent": table}).fetchone()
        assert row is not None
        newest, days = row
        if newest is None:
            return
        if newest + _DAY not in days:
            connection.execute("select ensure_day(%s)", (newest + _DAY,))
        for day in days:
            if day < newest - timedelta(days=days_kept):
                connection.execute("select drop_day(%s, %s)", (table, day))
