"""Boards by actors: who is on a board, ranked by how many different accounts did it, not by how many records there are.

One account that does something a hundred times counts once, so these boards are hard to push. They are made of whom the
boards by records list, from the event log, and only for windows that the log has whole.
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import psycopg

from collector.amounts import Amounts
from collector.board_state import arrays_of, board_name
from collector.measures import ACCOUNTS, MEASURES, POSTS, Measure
from collector.ranking import Ranking
from collector.windows import DAY_LONG, HOUR_LONG, WEEK_LONG, Window
from sql import statement
from sql.session import away, connect

INTERVAL_S: dict[Window, float] = {HOUR_LONG: 300.0, DAY_LONG: 3600.0, WEEK_LONG: 43_200.0}
"""Of each window's boards: every time as much of the log is read, so the longer the more seldom."""
_TRY_AGAIN_S = 5.0


class Acting:
    """Makes boards by actors on one session."""

    def __init__(self, connection: psycopg.Connection, rows: int) -> None:
        self._connection = connection
        self._ranking = Ranking(connection, rows)

    def make(self, window: Window) -> bool:
        """Make those of a window as its boards stand now; whether there are any yet."""
        span = self._connection.execute(statement("board/span"), {"time_window": window.name}).fetchone()
        if span is None:
            return False
        begins, ends = span
        given = {"time_window": window.name, "begins": begins, "ends": ends}
        counts: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
        for kind, metric, *counted in self._connection.execute(statement("board/actors"), given):
            counts[kind, metric].append((counted[0], counted[1], counted[2]))
        with self._connection.transaction():
            for measure in MEASURES:
                if measure.kind in (ACCOUNTS, POSTS) and measure.received:
                    ranked = self._ranking.best(measure.kind, _amounts(measure, counts[measure.kind, measure.metric]))
                    named = {**board_name(measure, window), **arrays_of(measure, ranked)}
                    self._connection.execute(statement("board/store_actors"), {**given, **named})
        return True


def _amounts(measure: Measure, counted: list[tuple[int, int, int]]) -> Amounts:
    columns = np.array(counted, np.int64).reshape(-1, 3)
    keys = len(measure.source.key)
    return Amounts(columns[:, :keys], columns[:, 2], np.zeros(len(columns), np.int64))


def run(conninfo: str, rows: int, stopping: threading.Event, say: Callable[[str], None]) -> None:
    """The process: make what is due until told to stop. A database that is away is said once."""
    said = ""
    while not stopping.is_set():
        try:
            with connect(conninfo, "skytally_roller", "actors") as connection:
                said = ""
                _make_until(Acting(connection, rows), stopping)
        except psycopg.OperationalError as error:
            if away(error) != said:
                said = away(error)
                say(f"no boards by actors: {said}; trying again")
            stopping.wait(_TRY_AGAIN_S)


def _make_until(acting: Acting, stopping: threading.Event) -> None:
    made_at = dict.fromkeys(INTERVAL_S, -math.inf)
    while not stopping.is_set():
        for window, interval_s in INTERVAL_S.items():
            if time.monotonic() - made_at[window] > interval_s and acting.make(window):
                made_at[window] = time.monotonic()
        stopping.wait(_TRY_AGAIN_S)
