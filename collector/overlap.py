"""The overlap of two hosts: how much of what the second one delivers first had been counted before.

A worker looks at it batch by batch until the frontier lies behind it, and from then on never again. What it means is
the supervisor's (proof).
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np

from collector.batch import UNKNOWN_US, Position
from collector.columns import Ints
from collector.revs import rev_in
from sql import tid

_LATEST, _LATER_MIN = 31, 16
"""The frontier lies behind a worker when so many of its latest events are later: a few revs may be wrong."""
_SILENT_US = 600_000_000
"""A worker without any event has passed it when the stream is so much later: clocks of hosts differ by less."""
_TENTH = 10
"""A host began where a tenth of its first events are earlier: a repository may hand on old revs at any time."""


class Overlap(NamedTuple):
    """What is to be recognised, unix microseconds in the time of revs."""

    begins_us: int
    ends_us: int
    """Of what was asked for again, the part after this had been looked at before."""
    frontier_us: int
    """Everything before had been delivered by another host."""


class Recognised(NamedTuple):
    """What one batch said."""

    known: int
    """Events of the overlap that had been counted before."""
    unknown: int
    """Events of the overlap that had not."""
    earliest_us: int | None
    """Where the host began, of the first batch with events; unix microseconds."""
    passed: bool
    """Whether the frontier lies behind this worker now."""


class Recogniser:
    """Looks at the batches of one worker."""

    def __init__(self, overlap: Overlap) -> None:
        self._overlap = overlap
        self._first, self._end = tid.earliest(overlap.begins_us), tid.earliest(overlap.ends_us + 1)
        self._frontier = tid.earliest(overlap.frontier_us + 1)
        self._latest: deque[bytes] = deque(maxlen=_LATEST)
        self._begun = False
        self.passed = False

    def look(self, lines: list[bytes], new: Ints, position: Position) -> Recognised:
        """What this batch says: all its lines, and the revs of those that were not counted before."""
        revs = [rev for line in lines if (rev := rev_in(line))]
        first, end = _text(self._first), _text(self._end)
        delivered = sum(first <= rev < end for rev in revs)
        unknown = int(np.count_nonzero((new >= self._first) & (new < self._end)))
        self.passed = self._is_past(revs, position)
        return Recognised(max(delivered - unknown, 0), unknown, self._earliest(revs, position), self.passed)

    def _is_past(self, revs: list[bytes], position: Position) -> bool:
        frontier = _text(self._frontier)
        self._latest.extend(revs)
        if revs:
            return sum(rev >= frontier for rev in self._latest) >= _LATER_MIN
        return position.time_us != UNKNOWN_US and position.time_us > self._overlap.frontier_us + _SILENT_US

    def _earliest(self, revs: list[bytes], position: Position) -> int | None:
        if self._begun or not (revs or self.passed):
            return None
        self._begun = True
        if not revs:
            return position.time_us
        first = sorted(revs[:_LATEST])
        return tid.time_us(tid.number(first[len(first) // _TENTH].decode()))


def _text(number: int) -> bytes:
    """A TID as it stands in a line; their order is that of the numbers."""
    return tid.text(number).encode()
