"""The window of seen keys: what makes a delivered event count once.

It holds the keys of every event accepted after its floor: at least `span_us` of stream time and `events_min` keys,
but never much more than `events_max`. What may lie below the floor is looked up in the log. It knows keys as bytes
and nothing of what they mean.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from collector.rows import RECORD

CHUNK_KEYS = 1 << 12  # half a million keys and some chunks must not double the table that they are in
# A rev lies at most this far ahead of the stream time (relays drop what is more than 5 minutes ahead), and two hosts'
# stream times of one event differ by less than this unless its rev is as old.
MARGIN_US = 600_000_000


class Window:
    """Keys accepted lately, oldest out first, and the records deleted lately."""

    def __init__(self, span_us: int, events_min: int, events_max: int, floor_us: int | None = None) -> None:
        self._span_us = span_us + MARGIN_US
        self._events_min = events_min
        self._events_max = events_max
        self.seen: set[bytes] = set()
        """The keys in it; who adds one to it also tells `remember`."""
        self.deleted: dict[bytes, int] = {}
        """The records deleted lately, with how often. For reading."""
        self._chunks: deque[tuple[int, list[bytes], list[bytes]]] = deque()
        self._open: list[bytes] = []
        self._open_deletes: list[bytes] = []
        self._open_newest_us = 0
        self.newest_us = 0
        # every key accepted at a later stream time than this is here; None: every key there is
        self.floor_us = floor_us

    def __len__(self) -> int:
        return len(self.seen)

    def __contains__(self, key: bytes) -> bool:
        return key in self.seen

    def add(self, key: bytes, time_us: int, delete: bool = False) -> None:
        """Remember a key accepted at this stream time, and its record if it was deleted."""
        self.seen.add(key)
        if delete:
            record = key[RECORD]
            self.deleted[record] = self.deleted.get(record, 0) + 1
            self._open_deletes.append(record)
        self.remember((key,), time_us)

    def remember(self, keys: Collection[bytes], newest_us: int) -> None:
        """Keep keys that were put into `seen` for as long as their age says; none was accepted later than newest_us."""
        self._open.extend(keys)
        self._open_newest_us = max(self._open_newest_us, newest_us)

    def let_go(self) -> None:
        """Let go of the oldest keys if there are enough younger ones. Only between batches: what is not in the window
        must be in the log."""
        if len(self._open) >= CHUNK_KEYS:
            self._turn()

    @property
    def vouched_us(self) -> int:
        """Of an event whose stream time and rev are both later than this, `seen` says whether it was accepted."""
        return 0 if self.floor_us is None else self.floor_us + MARGIN_US

    def _turn(self) -> None:
        """Close the open chunk and let go of the oldest ones that are old enough."""
        self._chunks.append((self._open_newest_us, self._open, self._open_deletes))
        self.newest_us = max(self.newest_us, self._open_newest_us)
        self._open, self._open_deletes, self._open_newest_us = [], [], 0
        while self._chunks:
            newest_us, keys, deletes = self._chunks[0]
            left = len(self.seen) - len(keys)
            young = newest_us > self.newest_us - self._span_us
            if left < self._events_min or (young and left + CHUNK_KEYS < self._events_max):
                return
            self._chunks.popleft()
            self.seen.difference_update(keys)
            self._forget_deletes(deletes)
            self.floor_us = max(self.floor_us or 0, newest_us)

    def _forget_deletes(self, records: list[bytes]) -> None:
        for record in records:
            left = self.deleted[record] - 1
            if left:
                self.deleted[record] = left
            else:
                del self.deleted[record]
