"""Boards by language: what posts in one language are about, from the event log, for windows that the log has whole.

They are exact, but for what accounts wrote that were purged since: all terms of all posts are counted, not those of a
list, for what many write about in one language may be on no list of the whole network.
"""

from __future__ import annotations

from datetime import timedelta

import psycopg

from collector.record import KNOWN_US
from collector.span import Span
from collector.terms import DIMENSION_BITS, Dimension
from sql import statement


class ByLanguage:
    """Makes boards by language on one session."""

    table = "board_by_language"

    def __init__(self, connection: psycopg.Connection, rows: int) -> None:
        self._connection = connection
        self._given = {
            "rows": rows,
            "known": timedelta(microseconds=KNOWN_US),
            "language": int(Dimension.LANGUAGE),
            "dimension_bits": DIMENSION_BITS,
        }

    def make(self, span: Span) -> None:
        """Make those of a window as its boards stand now; others have given way."""
        self._connection.execute(statement("board/store_by_language"), {**span.as_given(), **self._given})
