"""What two hosts that are read at once both deliver, and what only one of them does.

Commits are compared by account and rev, minute by minute of revs, once both hosts are well past the minute; so it does
not matter which is ahead, how far, or which had to begin anew. It counts for people: what counts is decided elsewhere.
"""

from __future__ import annotations

from collector.revs import rev_in
from sql import tid

_MINUTE_US = 60_000_000
_MINUTES_MAX = 10
"""Open at a time: while one host is away for longer nothing is compared, and nothing grows."""
BOTH = 3


class Comparison:
    """Compares two hosts, 0 and 1."""

    def __init__(self) -> None:
        self._minutes: dict[int, dict[int, int]] = {}
        self._begun: list[int | None] = [None, None]
        self._at = [0, 0]
        self.by_both = 0
        """Commits that both have delivered."""
        self.by_one = [0, 0]
        """Commits that only the first has delivered, or only the second."""

    def saw(self, host: int, did: bytes, frame: bytes) -> None:
        """A host has delivered this frame; one without a rev is not compared."""
        rev = rev_in(frame)
        if rev is None:
            return
        minute = tid.time_us(tid.number(rev.decode())) // _MINUTE_US
        seen = self._minutes.setdefault(minute, {})
        key = hash(did + rev)
        seen[key] = seen.get(key, 0) | 1 << host

    def reached(self, host: int, time_us: int) -> None:
        """How far a host is, unix microseconds in stream time."""
        minute = time_us // _MINUTE_US
        if self._begun[host] is None:
            self._begun[host] = minute
        self._at[host] = max(self._at[host], minute)

    def settle(self) -> None:
        """Count the minutes that both hosts have left behind for a minute at least; those in which one began are not
        whole, and left out."""
        begun = [minute for minute in self._begun if minute is not None]
        for minute in sorted(self._minutes):
            if len(begun) == len(self._begun) and max(begun) < minute < min(self._at) - 1:
                self._count(self._minutes.pop(minute))
            elif minute <= max(begun, default=0) or abs(minute - max(self._at)) > _MINUTES_MAX:
                del self._minutes[minute]

    def _count(self, seen: dict[int, int]) -> None:
        by = list(seen.values())
        self.by_both += by.count(BOTH)
        for host in range(len(self.by_one)):
            self.by_one[host] += by.count(1 << host)
