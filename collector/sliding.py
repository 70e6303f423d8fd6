"""Distinct authors in a window that moves on by the hour: what was counted stays counted.

Of an author who has come, and of one whose hour has left the window, the other buckets say whether the window has that
author all the same. So the cost follows what comes and goes, not how much there is. It knows nothing of clocks; who
folds says which minutes are not as they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from collector.amounts import Amounts, Keys, no_amounts
from collector.authors import Authors
from collector.measures import Source
from collector.rollups import MINUTE
from collector.sums import Sums, distinct
from collector.windows import Move, Stretch, move

LOOKUP = 200
"""To look one author up costs as much as to count so many: of a month, where each day is asked."""


class Sliding:
    """The authors of terms in one window, again and again."""

    def __init__(self, source: Source, authors: Authors) -> None:
        self._source, self._pair = source, source._replace(key=("term", "author"))
        self._authors = authors
        self._until: datetime  # all there was at the end; as long as something is settled
        self.forget()

    def forget(self) -> None:
        """Count anew the next time."""
        self._settled: list[Stretch] = []
        self._counted, self._seen = Sums(no_amounts(self._source)), Sums(no_amounts(self._pair))
        self._asked = np.empty((0, 1), np.int64)

    def note(self, minutes: Iterable[datetime]) -> None:
        """These have been folded into: what was settled is not as it was if they are of it."""
        if self._settled and any(minute < self._settled[-1].end for minute in minutes):
            self.forget()

    def of(self, keys: Keys, stretches: list[Stretch]) -> Amounts:
        """The number of distinct authors of each of these terms, each given once, as gained; of those that have any.
        Minutes at the end of the stretches may still grow, all before them is settled."""
        live = stretches[-1:] if stretches[-1].bucket == MINUTE else []
        settled = stretches[: len(stretches) - len(live)]
        by = move(self._settled, settled)
        if by is None or ((by.come or by.gone) and self._until > settled[-1].end):  # not all it had is settled
            self.forget()
        elif by.come or by.gone:
            self._move(by, settled)
        self._settled, self._until = settled, stretches[-1].end
        self._grow(keys, live, stretches)
        gained, lost = self._counted.of(keys)
        return Amounts(*(column[gained > 0] for column in (keys, gained, lost)))

    def _move(self, by: Move, settled: list[Stretch]) -> None:
        """Let hours come and go: for terms that were asked for since the last time."""
        known = self._counted.within(self._asked)
        come = self._seen.without(self._pairs(known, by.come))
        gone = self._pairs(known, by.gone)
        counted = Sums(Amounts(known, *self._counted.of(known)))
        if _is_cheaper(len(come) + len(gone), counted, known):
            more, less = self._authors.unknown(come, self._settled), self._authors.unknown(gone, settled)
            counted.add(more)
            counted.take(less)
        else:
            counted = Sums(no_amounts(self._source))
        self._counted, self._seen, self._asked = counted, Sums(no_amounts(self._pair)), self._asked[:0]

    def _grow(self, keys: Keys, live: list[Stretch], stretches: list[Stretch]) -> None:
        """Count who has come in the live minutes; terms that were not counted yet as a whole."""
        come = self._seen.without(self._pairs(keys, live))
        new = self._counted.without(keys)
        again = come[~np.isin(come[:, 0], new[:, 0])]
        if not _is_cheaper(len(again), self._counted, keys):
            new, again = keys, come[:0]
        more, whole = self._authors.unknown(again, self._settled), self._authors.of(new, stretches)
        self._counted.take(Amounts(new, *self._counted.of(new)))  # what is counted anew
        self._counted.add(more)
        self._counted.add(whole)
        self._seen.add(Amounts(come, np.ones(len(come), np.int64), np.zeros(len(come), np.int64)))
        self._asked = distinct(np.concatenate([self._asked, keys]))

    def _pairs(self, keys: Keys, stretches: list[Stretch]) -> Keys:
        """Each of these terms with each author it has there; of one stretch, or of none."""
        none = np.empty((0, 2), np.int64)
        return distinct(np.concatenate([none, *[self._authors.pairs(keys, stretch) for stretch in stretches]]))


def _is_cheaper(lookups: int, counted: Sums, keys: Keys) -> bool:
    """Than counting all of these anew."""
    return bool(LOOKUP * lookups <= counted.of(keys)[0].sum())
