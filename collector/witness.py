"""The witness: a second host that is read beside the first one. What comes first counts, whichever it comes from.

Its frames go the way of all others, and workers know again what they have had; so nothing is lost while one of the two
is away. It moves no cursor: positions are the first host's alone. What only one of the two delivered is counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable

from collector.batch import Position
from collector.comparison import Comparison
from collector.cursors import FRAMES_OF_A_POSITION, before, lowest
from collector.reconnect import CONNECTION_TROUBLE, Backoff
from collector.settings import CollectorSettings
from collector.sources import Source
from collector.sources.stream import Stream
from collector.vitals import SEEN_BY, ReaderVitals

FIRST, SECOND = 0, 1


class Witness:
    """Reads one host, and compares it with the one that is read already."""

    def __init__(
        self, settings: CollectorSettings, first: Source, second: Source, vitals: ReaderVitals,
        take: Callable[[bytes], None],
    ) -> None:  # fmt: skip
        self._settings = settings
        self._first, self._source = first, second
        self._vitals = vitals
        self._take = take
        self._comparison = Comparison()
        self._backoff = Backoff(settings.reconnect_s_min, settings.reconnect_s_max)
        self._frames, self._frames_before = 0, 0
        self._heard_at = time.monotonic()
        self._latest: deque[bytes] = deque(maxlen=FRAMES_OF_A_POSITION)
        self.first_latest: deque[bytes] = deque(maxlen=FRAMES_OF_A_POSITION)
        """The last frames of the first host, whatever came between them."""
        self.first_frames = 0
        """How many it has sent."""
        self.stream: Stream | None = None
        """The open connection, to be paused with the first one's."""

    async def read(self, cursor: int) -> None:
        """Read from `cursor`, a time, until cancelled; what ends is begun again a little before where it was."""
        while True:
            with contextlib.suppress(*CONNECTION_TROUBLE):
                await self._read_once(cursor)
            if at := self._position():
                cursor = before(at.cursor, self._settings.rewind_s)
            await asyncio.sleep(self._backoff.next_s())

    async def _read_once(self, cursor: int) -> None:
        early: list[bytes] = []
        stream = await self._source.connect(cursor, None, early.append)
        self._heard_at = time.monotonic()
        try:
            self.stream = stream
            stream.sink = self._frame
            for frame in early:
                self._frame(frame)
            early.clear()
            await stream.ended()
        finally:
            self.stream = None
            stream.transport.abort()

    def _frame(self, frame: bytes) -> None:
        self._latest.append(frame)
        if not self._frames:
            self._reach(SECOND, self._source.position(frame))
        self._frames += 1
        self._comparison.saw(SECOND, self._source.did(frame), frame)
        self._take(frame)

    def first_saw(self, frame: bytes) -> None:
        """The first host has delivered a frame."""
        self.first_latest.append(frame)
        if not self.first_frames:
            self._reach(FIRST, self._first.position(frame))
        self.first_frames += 1
        self._comparison.saw(FIRST, self._first.did(frame), frame)

    def _reach(self, host: int, at: Position | None) -> None:
        if at is not None:
            self._comparison.reached(host, at.time_us)

    def _position(self) -> Position | None:
        return lowest(filter(None, map(self._source.position, self._latest)))

    def tick(self, first: Position | None, waiting: bool) -> None:
        """Every moment: compare what both have left behind, and give up a silent socket. `first`: how far the first
        host is; `waiting`: nothing is read just now."""
        now = time.monotonic()
        self._reach(FIRST, first)
        self._reach(SECOND, self._position())
        self._comparison.settle()
        if self._frames != self._frames_before or waiting:
            self._frames_before, self._heard_at = self._frames, now
            self._backoff.reset()
        elif now - self._heard_at > self._settings.silence_s_max and self.stream is not None:
            self.stream.transport.abort()
        for by, commits in zip(SEEN_BY, (self._comparison.by_both, *self._comparison.by_one), strict=True):
            self._vitals.set(f"seen_by_{by}", commits)
