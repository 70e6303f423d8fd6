"""Boards by actors: who is on a board, ranked by how many different accounts did it, not by how many records there are.

One account that does something a hundred times counts once, so these boards are hard to push. They are made of whom the
boards by records list, from the event log, and only for windows that the log has whole.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import psycopg

from collector.amounts import Amounts
from collector.board_state import arrays_of, board_name
from collector.measures import ACCOUNTS, MEASURES, POSTS, Measure
from collector.ranking import Ranking
from collector.span import Span
from sql import statement


class Acting:
    """Makes boards by actors on one session."""

    table = "board_by_actors"

    def __init__(self, connection: psycopg.Connection, rows: int) -> None:
        self._connection = connection
        self._ranking = Ranking(connection, rows)

    def make(self, span: Span) -> None:
        """Make those of a window as its boards stand now; others have given way."""
        given = span.as_given()
        counts: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
        for kind, metric, *counted in self._connection.execute(statement("board/actors"), given):
            counts[kind, metric].append((counted[0], counted[1], counted[2]))
        for measure in MEASURES:
            if measure.kind in (ACCOUNTS, POSTS) and measure.received:
                ranked = self._ranking.best(measure.kind, _amounts(measure, counts[measure.kind, measure.metric]))
                named = {**board_name(measure, span.window), **arrays_of(measure, ranked)}
                self._connection.execute(statement("board/store_actors"), {**given, **named})


def _amounts(measure: Measure, counted: list[tuple[int, int, int]]) -> Amounts:
    columns = np.array(counted, np.int64).reshape(-1, 3)
    keys = len(measure.source.key)
    return Amounts(columns[:, :keys], columns[:, 2], np.zeros(len(columns), np.int64))
