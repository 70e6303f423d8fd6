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
TEXTS_INTERVAL_S = 3600.0
REMOVED_KEPT = timedelta(days=1)
"""How long a feed that was taken out of the file can come back with its posts."""


def retire(connection: psycopg.Connection, watermark: datetime) -> None:
    """Delete what is due of entries and feeds."""
    given = {"watermark": watermark, "removed_kept": REMOVED_KEPT}
    connection.execute(statement("feed/retire_entries"), {**given, "rows": ENTRIES_AT_ONCE})
    connection.execute(statement("feed/retire_feeds"), {"removed_kept": REMOVED_KEPT})


def retire_texts(connection: psycopg.Connection, watermark: datetime) -> None:
    """Delete all texts that no feed needs now."""
    needs = [each for each in stored_feeds(connection) if each.feed.text_days_kept]
    begins = [watermark - timedelta(days=each.feed.text_days_kept) for each in needs]
    connection.execute(statement("feed/retire_texts"), {"feeds": [each.number for each in needs], "begins": begins})


class Leaving:
    """What is due of it, on the monotonic clock."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._texts_at = -math.inf

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
        if time.monotonic() - self._texts_at > TEXTS_INTERVAL_S:
            self._texts_at = time.monotonic()
            retire_texts(self._connection, row[0])
