"""Places: places in the order in which batches became visible, as PostgreSQL writes a snapshot down (pg_snapshot).

A reader who names one can go on from there on any process, whichever of two batches was committed first. It knows how
they compare and nothing of what is counted.
"""

from __future__ import annotations

import re
from typing import NamedTuple

BYTES_MAX = 2_000
_WRITTEN = re.compile(r"([0-9]{1,19}):([0-9]{1,19}):((?:[0-9]{1,19}(?:,[0-9]{1,19})*)?)").fullmatch


class Place(NamedTuple):
    """What is visible: transactions before `end` but those that were in progress."""

    begin: int
    end: int
    in_progress: frozenset[int]

    def covers(self, other: Place) -> bool:
        """Whether all that is visible at the other is visible here."""
        return other.end <= self.end and {xid for xid in self.in_progress if xid < other.end} <= other.in_progress


def place_of(text: str) -> Place | None:
    """As it is written; None for what can not be one."""
    found = _WRITTEN(text) if len(text) <= BYTES_MAX else None
    if found is None:
        return None
    begin, end = int(found[1]), int(found[2])
    in_progress = [int(xid) for xid in found[3].split(",") if xid]
    if not 0 < begin <= end < 1 << 63 or in_progress != sorted(set(in_progress)):
        return None
    if any(not begin <= xid < end for xid in in_progress):
        return None
    return Place(begin, end, frozenset(in_progress))
