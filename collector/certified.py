"""Certified boards: the best of all keys, from the sums of a few.

A board is certified when nobody whose sum was not looked at can be worth more than its last row. Where it is not, the
floor is lowered and more keys are summed, at last all of them. It knows neither clock nor tables of boards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from collector.amounts import Amounts, Reader
from collector.authors import Authors, most
from collector.closed import Closed, Complete
from collector.measures import Measure
from collector.ranking import Ranked, Ranking
from collector.sliding import Sliding
from collector.sums import Sums, together
from collector.windows import Stretch

_MARGIN = 0.8  # of a board's last value: by so much it may fall until more keys have to be looked at


class Certified:
    """One measure in one window, again and again: it remembers where the floor was, and closed sums."""

    def __init__(
        self, measure: Measure, reader: Reader, complete: Complete, authors: Authors | Sliding, ranking: Ranking,
        last: int = 0,
    ) -> None:  # fmt: skip
        """`last` is what the last row was worth when the board was made before; 0: nobody knows, or it was not full."""
        self._measure = measure
        self._reader, self._complete, self._authors, self._ranking = reader, complete, authors, ranking
        self._floor = _floor(last)
        self._closed: Closed | None = None

    def forget(self) -> None:
        """Sum the closed buckets anew the next time."""
        self._closed = None

    def note(self, minutes: Iterable[datetime]) -> None:
        """These have been folded into."""
        if self._closed and any(self._closed.has(minute) for minute in minutes):
            self.forget()

    def note_purged(self, accounts: Sequence[int]) -> None:
        """Rows of these accounts have gone."""
        if self._closed:
            self._closed.note_purged(accounts)

    def begin_like(self, other: Certified) -> None:
        """Remember what the other does."""
        self._closed = other._closed and other._closed.copied()

    @property
    def is_partial(self) -> bool:
        """Whether the closed sums at hand are of few keys."""
        return self._closed is not None and not self._closed.is_complete

    def board(self, past: list[Stretch], live: list[Sums], stretches: list[Stretch]) -> Ranked:
        """The board of closed buckets `past` and the live sums; `stretches` are the buckets of both."""
        if self._closed and not self._closed.follow(past, self._floor):
            self.forget()
        while True:
            closed = self._closed = self._closed or Closed(
                self._reader, self._complete, self._measure, past, self._floor
            )
            floor = self._floor if closed.is_complete else closed.floor
            ranked = self._best(_candidates(closed, live, floor), stretches)
            full = len(ranked.keys) == self._ranking.rows
            self._floor = _floor(ranked.last) if full else max(1, floor // 8)
            if floor == 1 or (full and ranked.last >= floor):
                return ranked
            if not closed.is_complete:
                self.forget()

    def _best(self, amounts: Amounts, stretches: list[Stretch]) -> Ranked:
        if self._measure.by_authors:
            amounts = most(amounts, self._ranking.rows, partial(self._authors.of, stretches=stretches))
        return self._ranking.best(self._measure.kind, amounts)


def _floor(last: int) -> int:
    return max(1, int(last * _MARGIN))


def _candidates(closed: Closed, live: list[Sums], floor: int) -> Amounts:
    """What all keys are worth that gained `floor` or more."""
    if live and not closed.is_complete:
        closed.learn(together(live, closed.live_share).keys)
    return together([*closed.parts, *live], floor)
