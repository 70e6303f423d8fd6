"""Ticks: what a batch adds to the counts that people watch, by minute, for readers who look once a second.

They are counted from the batch's own columns and live and die with its rows. It knows ids and nothing of who watches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from collector.content import Content
from collector.event import CREATE, DELETE
from collector.plain import Plain
from collector.tally import MINUTE_US
from collector.terms import DIMENSION_BITS, Dimension
from sql import array_of

COLLECTION, TERM, FIRST_LANGUAGE = "c", "t", "f"
"""What is counted: events of a collection, posts with a term, posts by the first language they say."""
_WATCHED = frozenset(map(int, (Dimension.LANGUAGE, Dimension.HASHTAG, Dimension.DOMAIN)))
_first = itemgetter(0)


class Tick(NamedTuple):
    """What a batch adds in one minute (unix microseconds); the columns of its counts as arrays in SQL's own words."""

    minute_us: int
    kinds: str
    operations: str
    keys: str
    amounts: str


class _Counts:
    """Amounts by key, in each (minute, kind, operation)."""

    def __init__(self) -> None:
        self._of: dict[tuple[int, str, str], Counter[int]] = {}

    def of(self, minute: int, kind: str, operation: str) -> Counter[int]:
        """Those of one, to be added to."""
        return self._of.setdefault((minute, kind, operation), Counter())

    def terms(self, minute: int, operation: str, terms: Sequence[int], sign: int = 1) -> None:
        """Add one post: the terms of a post begin with its languages."""
        counts = self.of(minute, TERM, operation)
        for term in terms:
            counts[term] += sign
        self.of(minute, FIRST_LANGUAGE, operation)[terms[0]] += sign

    def ticks(self) -> Iterator[Tick]:
        """All of it; what comes to nothing is left out."""
        of_minute: dict[int, list[tuple[str, str, dict[int, int]]]] = {}
        for (minute, kind, operation), counts in self._of.items():
            found = {key: n for key, n in counts.items() if n and (kind != TERM or key & DIMENSION_BITS in _WATCHED)}
            if found:
                of_minute.setdefault(minute, []).append((kind, operation, found))
        return (_tick(minute, each) for minute, each in of_minute.items())


def ticks_of(content: Content) -> Iterator[Tick]:
    """What this batch adds: each event that counts once, and each post that is taken back."""
    counts = _Counts()
    for (minute, collection, operation), n in content.tallies.network.items():
        counts.of(minute, COLLECTION, operation)[collection] += n
    for plain in content.plain:
        for minute, terms in _by_minute(plain):
            counts.of(minute, TERM, CREATE).update(chain.from_iterable(terms))
            counts.of(minute, FIRST_LANGUAGE, CREATE).update(map(_first, terms))
    for item in content.accepted:
        if item.row.operation == CREATE and item.row.terms:
            counts.terms(_minute(item.row.time_us), CREATE, item.row.terms)
    for loss in content.losses:
        if loss.created.terms:
            counts.terms(_minute(loss.deleted.time_us), DELETE, loss.created.terms, loss.sign)
    return counts.ticks()


def _by_minute(plain: Plain) -> Iterator[tuple[int, Sequence[tuple[int, ...]]]]:
    """The terms of posts that came the short way, by the minute; nearly always it is one."""
    if not plain.terms:
        return
    minutes = plain.times_us // MINUTE_US * MINUTE_US
    found = np.unique(minutes).tolist()
    if len(found) == 1:
        yield found[0], plain.terms
        return
    for minute in found:
        yield minute, [plain.terms[at] for at in np.flatnonzero(minutes == minute)]


def _minute(time_us: int) -> int:
    return time_us - time_us % MINUTE_US


def _tick(minute: int, each: Sequence[tuple[str, str, dict[int, int]]]) -> Tick:
    """Columns as a whole: a batch has hundreds of counts."""
    kinds = [kind for kind, _, found in each for _ in found]
    operations = [operation for _, operation, found in each for _ in found]
    keys = chain.from_iterable(found for _, _, found in each)
    amounts = chain.from_iterable(found.values() for _, _, found in each)
    return Tick(minute, f"{{{','.join(kinds)}}}", f"{{{','.join(operations)}}}", array_of(keys), array_of(amounts))
