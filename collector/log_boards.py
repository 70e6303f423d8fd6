"""The process that makes the boards which only the event log can tell: by actors, and by language.

It owns when: every time as much of the log is read, so the longer a window the more seldom. It knows no numbers.
"""

from __future__ import annotations

import logging
import math
import threading
import time

import psycopg

from collector.acting import Acting
from collector.by_language import ByLanguage
from collector.span import give_way, span_of
from collector.windows import DAY_LONG, HOUR_LONG, WEEK_LONG, Window
from sql.session import away, connect

INTERVAL_S: dict[Window, float] = {HOUR_LONG: 300.0, DAY_LONG: 3600.0, WEEK_LONG: 43_200.0}
"""Of each window's boards."""
_TRY_AGAIN_S = 5.0
_log = logging.getLogger(__name__)


class LogBoards:
    """All such boards, on one session."""

    def __init__(self, connection: psycopg.Connection, rows: int) -> None:
        self._connection = connection
        self._makers = (Acting(connection, rows), ByLanguage(connection, rows))

    def make(self, window: Window) -> bool:
        """Make those of a window as its boards stand now; whether there are any yet. Of a window that the log does not
        have whole there are none."""
        span = span_of(self._connection, window)
        if span is None:
            return False
        for maker in self._makers:
            with self._connection.transaction():
                give_way(self._connection, maker.table, span)
                if span.is_logged:
                    maker.make(span)
        return True


def run(conninfo: str, rows: int, stopping: threading.Event) -> None:
    """The process: make what is due until told to stop. A database that is away is said once."""
    said = ""
    while not stopping.is_set():
        try:
            with connect(conninfo, "skytally_roller", "log boards") as connection:
                said = ""
                _make_until(LogBoards(connection, rows), stopping)
        except psycopg.OperationalError as error:
            if away(error) != said:
                said = away(error)
                _log.warning("no boards from the log: %s; trying again", said)
            stopping.wait(_TRY_AGAIN_S)


def _make_until(boards: LogBoards, stopping: threading.Event) -> None:
    made_at = dict.fromkeys(INTERVAL_S, -math.inf)
    while not stopping.is_set():
        for window, interval_s in INTERVAL_S.items():
            if time.monotonic() - made_at[window] > interval_s and boards.make(window):
                made_at[window] = time.monotonic()
        stopping.wait(_TRY_AGAIN_S)
