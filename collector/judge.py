"""The long way's first half: frames decoded, each into a row or a reason why it is none, and the key of its event.

It decides nothing about what counts, and leaves no trace but names to be written.
"""

from __future__ import annotations

from typing import NamedTuple

from collector.decode import decode
from collector.errors import BadFrame
from collector.event import Notice, Profile
from collector.lanes import lane_of
from collector.names import Names
from collector.rows import Row, key_of, pack_key, row_of
from collector.translation import Broken


class Judged(NamedTuple):
    """A frame, decoded: a row, or why it is bad; and the key of its event where it has one."""

    frame: bytes
    row: Row | None
    said: Notice | Profile | None
    bad: BadFrame | None
    key: bytes | None


class Judge:
    """Judges the frames of some lanes."""

    def __init__(self, names: Names, lanes: frozenset[int], event_bytes_max: int) -> None:
        self._names = names
        self._lanes = lanes
        self._event_bytes_max = event_bytes_max

    def judge(self, frames: list[bytes], latest_us: int) -> list[Judged]:
        """Each frame, heartbeats left out. `latest_us`: the latest stream time believed."""
        return [judged for frame in frames if (judged := self._judged(frame, latest_us)) is not None]

    def broken(self, broken: list[Broken]) -> list[Judged]:
        """What no line could be made of."""
        return [Judged(frame, None, None, bad, self._key_of(bad)) for frame, bad in broken]

    def _judged(self, frame: bytes, latest_us: int) -> Judged | None:
        try:
            event = decode(frame, latest_us, self._event_bytes_max)
            if event is None:
                return None
            if lane_of(event.did.encode()) not in self._lanes:
                raise BadFrame("did_ambiguous")  # the reader took another for it
        except BadFrame as bad:
            return Judged(frame, None, None, bad, self._key_of(bad))
        row = row_of(event, self._names)
        return Judged(frame, row, event.said, None, key_of(row))

    def _key_of(self, bad: BadFrame) -> bytes | None:
        if bad.key is None:
            return None
        did, rev, collection, rkey = bad.key
        number = self._names.rkey(rkey) if isinstance(rkey, str) else rkey
        return pack_key(rev, self._names.account(did), number, self._names.collection(collection))
