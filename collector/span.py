"""The span of boards that are counted from the event log: that of the boards by records beside them, as these stand.

It owns how such boards take the place of those before them, which are kept for a while. It counts nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from collector.windows import Window
from sql import statement


class Span(NamedTuple):
    """A window as its boards stand."""

    window: Window
    begins: datetime
    ends: datetime
    is_logged: bool
    """Whether the event log has all of it."""

    def as_given(self) -> dict[str, Any]:
        """As parameters."""
        return {"time_window": self.window.name, "begins": self.begins, "ends": self.ends, "paged": self.window.paged}


def span_of(connection: psycopg.Connection, window: Window) -> Span | None:
    """What the boards of a window cover; None where there are none yet."""
    row = connection.execute(statement("board/span"), {"time_window": window.name}).fetchone()
    return Span(window, *row) if row else None


def give_way(connection: psycopg.Connection, table: str, span: Span) -> None:
    """Make room for the boards of a span in a table of such boards, or for none."""
    for name in ("board/forget_counted", "board/retire_counted"):
        query = sql.SQL(statement(name)).format(table=sql.Identifier(table))
        connection.execute(query, span.as_given())
