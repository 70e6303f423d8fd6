"""What reposts are of, decided by the fold: it is another lane's to say, so every lane must have passed their minute.

It owns when it is decided, `decide_reposts.sql` how. What comes of it are tallies, which the same fold takes.
"""

from __future__ import annotations

from datetime import datetime

import psycopg
from psycopg import sql

from collector.crashpoint import crashpoint
from collector.lookups import by_index
from sql import statement


class Reposts:
    """Those that wait, on the fold's session and in its transaction."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self.decided_to: datetime | None = None
        """The minute that was decided up to; the fold says so when it is committed."""

    def decide(self, account_tally: sql.Identifier, watermark: datetime | None) -> datetime | None:
        """Those of the minutes that every lane had passed by the watermark (None: none) into these tallies, with all
        else of their minutes; once a minute. Returns the minute that is decided up to with this transaction."""
        if watermark is None:
            return self.decided_to
        row = self._connection.execute(statement("rollup/known_to"), {"watermark": watermark}).fetchone()
        assert row is not None
        known_to: datetime | None = row[0]
        if known_to is None or known_to == self.decided_to:
            return known_to
        query = sql.SQL(statement("rollup/decide_reposts")).format(account_tally=account_tally)
        # a post is looked up by its key: today's log has no statistics that would say how much else would be read
        with by_index(self._connection, bitmaps=False):
            self._connection.execute(query, {"known_to": known_to})
        crashpoint("reposts_decided")
        return known_to
