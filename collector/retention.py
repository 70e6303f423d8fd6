"""Retention: the days of the event log, made before they are needed and dropped whole.

It counts from the newest well-filled minute, not from the clock, so that a recording of any age can be replayed. What
is dropped of follows stays known (sql/migrations/0002_events.sql).
"""

from __future__ import annotations

from datetime import timedelta

import psycopg

from sql import statement

_DAY = timedelta(days=1)


def tend_days(connection: psycopg.Connection, days_kept: int) -> None:
    """Make tomorrow's day if it is not there, and drop those wholly older than `days_kept`.

    Raises psycopg.errors.LockNotAvailable when something reads the log just now; the next time will do.
    """
    row = connection.execute(statement("rollup/event_days")).fetchone()
    assert row is not None
    newest, days = row
    if newest is None:
        return
    if newest + _DAY not in days:
        connection.execute("select ensure_event_day(%s)", (newest + _DAY,))
    for day in days:
        # a create on this day is known to deletes until the end of the day after the last one kept
        if day < newest - timedelta(days=days_kept + 1):
            connection.execute("select drop_event_day(%s)", (day,))
