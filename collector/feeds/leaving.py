"""Leaving: posts that have been in a feed for as long as they may, texts that no feed needs, feeds that are no more.

It counts from the watermark, as all retention does, and deletes some rows at a time, so that nobody waits.
"""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta

import psycopg

from collector.feeds.kept import stored_feeds
from sql import statement

ENTRIES_AT_ONCE = 20_000
"""Of each feed, once a minute: several times what the whole network posts in one."""
TEXTS_AT_ONCE = 20_000
"""Looked at once a minute, until all have been."""
TEXTS_INTERVAL_S = 3600.0
"""From the end of one walk through all texts to the next one."""
FIRST = -(1 << 63), -(1 << 63)
"""The place before all texts: a record key and an account."""
REMOVED_KEPT = timedelta(days=1)
"""How long a feed that was taken out of the file can come back with its posts."""


def retire(connection: psycopg.Connection, watermark: datetime) -> None:
    """Delete what is due of entries and feeds."""
    given = {"watermark": watermark, "removed_kept": REMOVED_KEPT}
    connection.execute(statement("feed/retire_entries"), {**given, "rows": ENTRIES_AT_ONCE})
    connection.execute(statement("feed/retire_feeds"), {"removed_kept": REMOVED_KEPT})


def retire_texts(
    connection: psycopg.Connection, watermark: datetime, after: tuple[int, int] = FIRST
) -> tuple[int, int] | None:
    """Delete those of the next texts after a place that no feed needs now. The place to go on from; None at the end."""
    needs = [each for each in stored_feeds(connection) if each.feed.text_days_kept]
    given = {
        "feeds": [each.number for each in needs],
        "begins": [watermark - timedelta(days=each.feed.text_days_kept) for each in needs],
        "rkey": after[0], "account": after[1], "rows": TEXTS_AT_ONCE,
    }  # fmt: skip
    return connection.execute(statement("feed/retire_texts"), given).fetchone()


class Leaving:
    """What is due of it, on the monotonic clock."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._texts_at = -math.inf
        self._after: tuple[int, int] | None = None
        """Where a walk through all texts is; None between two of them."""

    def work(self) -> None:
        """Once a minute; without any feed, and texts of one, nothing is looked at."""
        query = """
            select watermark
            from fold
            where watermark is not null and (exists (select from feed) or exists (select from feed_text))
        """
        row = self._connection.execute(query).fetchone()
        if row is None:
            return
        retire(self._connection, row[0])
        if self._after or time.monotonic() - self._texts_at > TEXTS_INTERVAL_S:
            self._after = retire_texts(self._connection, row[0], self._after or FIRST)
            self._texts_at = time.monotonic()
