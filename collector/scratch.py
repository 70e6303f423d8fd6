"""Boards from scratch: from every row of their buckets, with nothing remembered and no index that leaves any out.

What boards as they are kept are compared with.
"""

from __future__ import annotations

import psycopg

from collector.active import MADE
from collector.amounts import Keys, Reader
from collector.authors import Authors
from collector.measures import ACCOUNT, Measure
from collector.ranking import Ranked, Ranking
from collector.sketch import estimate, sketch_of, union
from collector.windows import Stretch


class Scratch:
    """Makes boards of `rows` rows on one session."""

    def __init__(self, connection: psycopg.Connection, rows: int) -> None:
        self._reader, self._authors = Reader(connection), Authors(connection)
        self._ranking = Ranking(connection, rows)

    def board(self, measure: Measure, stretches: list[Stretch]) -> Ranked:
        """The board of these buckets."""
        amounts = self._reader.sums(measure, stretches)
        if measure.by_authors:
            amounts = self._authors.of(amounts.keys, stretches)
        return self._ranking.best(measure.kind, amounts)

    def among(self, measure: Measure, stretches: list[Stretch], keys: Keys) -> Ranked:
        """The board of these buckets as it is if nobody else can be on it; each key is given once."""
        if measure.by_authors:
            return self._ranking.best(measure.kind, self._authors.of(keys, stretches))
        return self._ranking.best(measure.kind, self._reader.of(measure, stretches, keys))

    def shown(self, measure: Measure, keys: Keys) -> list[int]:
        """The places of those keys that are shown now."""
        return self._ranking.shown(measure.kind, keys)

    def active(self, stretches: list[Stretch]) -> int:
        """How many accounts are active in these buckets."""
        return estimate(union(sketch_of(self._reader.gainers(ACCOUNT, MADE, each)[:, 0]) for each in stretches))
