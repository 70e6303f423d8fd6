"""A store: events in order of stream time, kept as ready-made WebSocket frames in an anonymous temporary
file.

This module owns the order, the index (eight bytes of time and eight of offset an event, no Python objects)
and the frames. It does not know clients, clocks or filters. One thread at a time may append; readers see what
is appended.
"""

from __future__ import annotations

import os
import re
import tempfile
import weakref
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Protocol

from benchmarks import recording
from benchmarks.envelope import envelope
from benchmarks.wire import PATH, header, lines
from benchmarks.zstd import zstd
from collector.cursors import is_time
from collector.envelopes import BEGIN
from collector.sources.subscribe_events import SubscribeEvents
from collector.sources.subscribe_repos import SubscribeRepos
from collector.wires import EVENTS, REPOS

FLUSH_BYTES = 1 << 20
LEAP_US = 3_600_000_000  # a line this far ahead of all about it is wrong about its time
LATEST_US = 7_258_118_400_000_000  # the year 2200
AHEAD_COUNT = 32  # lines looked ahead to tell a wrong time from a gap

_TIME = re.compile(rb'"time_us"\s*:\s*([0-9]{1,18})\s*[,}]')


class Events(Protocol):
    """What a server serves: a store, or something that looks like one."""

    live: bool
    wire: str
    dictionary: bytes
    binary: bool

    def __len__(self) -> int: ...
    def time_us(self, position: int) -> int: ...
    def find(self, cursor_us: int) -> int: ...
    def reached(self, time_us: int) -> int: ...
    def run_end(self, first: int, end: int, bytes_max: int) -> int: ...
    def frames(self, first: int, end: int) -> bytes: ...


class Store:
    """Ordered events.

    With `live` a producer keeps appending, and a client without cursor gets only what is new. `wire` is the path that
    its events are served under.
    """

    def __init__(self, *, live: bool = False, wire: str = PATH, dictionary: bytes = b"") -> None:
        """With a dictionary, events are compressed by it."""
        self.live = live
        self.wire = wire
        self.dictionary = dictionary
        self.binary = wire == REPOS or bool(dictionary)
        self._zstd = zstd.ZstdDict(dictionary) if dictionary else None
        self._file = tempfile.TemporaryFile(prefix="skytally-replay-", buffering=0)  # noqa: SIM115
        weakref.finalize(self, self._file.close)  # it lives as long as the store
        self._pending = bytearray()
        self._written = 0
        self._times = array("q")
        self._seqs = self._times if wire == PATH else array("q")
        """What a cursor is compared with."""
        self._offsets = array("Q", [0])

    @classmethod
    def load(cls, path: str | Path, *, events: bool = False, dictionary: bytes = b"") -> Store:
        """Load a recording once. Raises RecordingError when it cannot be read.

        With `events` lines are served as Jetstream v2's own messages, as a recording of such always is.
        """
        if recording.is_frames(path):
            return cls._of_seqs(cls(wire=REPOS), SubscribeRepos("ws://recording" + REPOS), recording.read(path))
        found = recording.read(path)
        first = next(found, b"")
        found = chain([first] if first else [], found)
        if first.startswith(BEGIN):
            store = cls(wire=EVENTS, dictionary=dictionary)
            return cls._of_seqs(store, SubscribeEvents("ws://recording" + EVENTS), found)
        store = cls(wire=EVENTS if events else PATH, dictionary=dictionary)
        for seq, (time_us, line) in enumerate(timed(found), 1):
            if events:
                store._seqs.append(seq)
            store.append(time_us, envelope(line, seq) if events else line)
        return store

    @staticmethod
    def _of_seqs(store: Store, source: SubscribeRepos | SubscribeEvents, frames: Iterable[bytes]) -> Store:
        """In the order of seqs; times may be those of many clocks, and never go back here."""
        seq = time_us = 0
        for frame in frames:
            if at := source.position(frame):
                seq, time_us = max(seq, at.cursor), max(time_us, at.time_us)
            store._seqs.append(seq)
            store.append(time_us, frame)
        return store

    def __len__(self) -> int:
        return len(self._times)

    def append(self, time_us: int, line: bytes) -> None:
        """Add an event after all others. Raises ValueError for a time before the last one's."""
        if self._times and time_us < self._times[-1]:
            raise ValueError(f"an event of {time_us} comes after one of {self._times[-1]}")
        if self._zstd is not None:
            line = zstd.compress(line, zstd_dict=self._zstd)
        head = header(len(line), binary=self.binary)
        self._pending += head
        self._pending += line
        self._offsets.append(self._offsets[-1] + len(head) + len(line))
        self._times.append(time_us)  # last: a reader that sees the time finds the rest
        if len(self._pending) >= FLUSH_BYTES:
            self._flush()

    def time_us(self, position: int) -> int:
        """The stream time of an event. IndexError beyond the end."""
        return self._times[position]

    def find(self, cursor_us: int) -> int:
        """The position of the first event at or after a cursor, clamped to the oldest and to the end; times are
        cursors of Jetstream v2, too."""
        by_time = self.wire == EVENTS and is_time(cursor_us)
        return bisect_left(self._times if by_time else self._seqs, cursor_us)

    def reached(self, time_us: int) -> int:
        """How many events are not later than a stream time."""
        return bisect_right(self._times, time_us)

    def offset(self, position: int) -> int:
        """Where the frame of an event begins, in bytes from the beginning of the store."""
        return self._offsets[position]

    def run_end(self, first: int, end: int, bytes_max: int) -> int:
        """The end of the longest run of events from `first` within `bytes_max`, but of one event at least."""
        fitting = bisect_right(self._offsets, self._offsets[first] + bytes_max, first, end + 1) - 1
        return max(fitting, first + 1)

    def frames(self, first: int, end: int) -> bytes:
        """The frames of the events `first` to `end` (exclusive), ready to be sent."""
        begin_byte, end_byte = self._offsets[first], self._offsets[end]
        if end_byte > self._written:
            self._flush()
        return os.pread(self._file.fileno(), end_byte - begin_byte, begin_byte)

    def lines(self, first: int = 0, end: int | None = None, run_bytes: int = 1 << 18) -> Iterator[bytes]:
        """The lines of a range of events, read in runs."""
        end = len(self) if end is None else end
        while first < end:
            run_end = self.run_end(first, end, run_bytes)
            yield from lines(self.frames(first, run_end))
            first = run_end

    def events(self) -> Iterator[tuple[int, bytes]]:
        """Every event as (stream time, line)."""
        return zip(self._times, self.lines(), strict=True)

    def close(self) -> None:
        """Give the temporary file back."""
        self._file.close()

    def _flush(self) -> None:
        view = memoryview(bytes(self._pending))
        self._pending.clear()
        while view:
            count = os.pwrite(self._file.fileno(), view, self._written)
            self._written += count
            view = view[count:]


def timed(recorded: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Give each line the time it stands at: its own, or its predecessor's if it has none or is plainly wrong.

    Recordings may hold poison, and one wrong time must not spoil the order of all that follows.
    """
    ahead: deque[tuple[int, bytes]] = deque()
    stream = ((_time_us(line), line) for line in recorded)
    last_us = 0
    for following in chain(stream, repeat(None)):
        if following is not None:
            ahead.append(following)
            if len(ahead) <= AHEAD_COUNT:
                continue
        if not ahead:
            return
        time_us, line = ahead.popleft()
        if not (last_us and time_us > last_us + LEAP_US and _wrong(time_us, ahead)):
            last_us = max(last_us, time_us)
        yield last_us, line


def _wrong(time_us: int, ahead: Iterable[tuple[int, bytes]]) -> bool:
    """Whether a leap in time is taken back soon after; a real gap in a recording is not."""
    return time_us > LATEST_US or any(0 < later_us < time_us - LEAP_US for later_us, _ in ahead)


def _time_us(line: bytes) -> int:
    found = _TIME.search(line, 0, 4096)
    return int(found[1]) if found else 0
