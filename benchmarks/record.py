"""Records what a source sends, frame by frame, as the collector would receive it.

It reconnects from its own cursor and leaves out frames it has written already. It counts and checks nothing else.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from typing import Protocol

from benchmarks.recording import RecordingError, Writer, is_frames
from collector.batch import Position
from collector.cursors import before, is_after
from collector.reconnect import CONNECTION_TROUBLE, Backoff, trouble_of
from collector.settings import CollectorSettings
from collector.since import first_cursor
from collector.sources.choose import source_of
from collector.wires import REPOS, wire_of

_REMEMBERED_FRAMES = 100_000  # of the few seconds that are read again after a reconnect


class Shows(Protocol):
    """Where progress goes."""

    def progress(self, line: str) -> None:
        """The state now."""

    def say(self, line: str) -> None:
        """A line that stays."""


async def record(settings: CollectorSettings, out: str, seconds: float | None, display: Shows) -> int:
    """Write frames until `seconds` of stream time have passed or a signal says stop; return how many.

    Raises RecordingError when the file can not be written.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if is_frames(out) != (wire_of(settings.source[0]) == REPOS):
        raise RecordingError(f"{out}: the raw firehose is recorded in .bin or .bin.zst, all else in .jsonl(.zst)")
    with Writer(out) as writer:
        tape = _Tape(settings, writer, seconds, display)
        work = asyncio.create_task(tape.run())
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        for task in (work, waiting):
            task.cancel()
        if work.done() and not work.cancelled():
            work.result()
        return tape.count


class _Tape:
    def __init__(self, settings: CollectorSettings, writer: Writer, seconds: float | None, display: Shows) -> None:
        self._settings, self._writer, self._seconds, self._display = settings, writer, seconds, display
        self._source = source_of(settings.source[0], settings)
        self._cursor = first_cursor(settings.since, time.time_ns() // 1000).cursor
        self._first_us: int | None = None
        self._last_us = 0
        self._last: Position | None = None
        self._lately: deque[bytes] = deque()
        self._known: set[bytes] = set()
        self.count = 0
        self._over: asyncio.Future[None]

    async def run(self) -> None:
        """Write until the period is over. Raises RecordingError."""
        self._over = asyncio.get_running_loop().create_future()
        backoff = Backoff(self._settings.reconnect_s_min, self._settings.reconnect_s_max)
        while not self._over.done():
            try:
                stream = await self._source.connect(self._cursor, None, self._receive)
                backoff.reset()
                ended = asyncio.create_task(stream.ended())
                await asyncio.wait({ended, self._over}, return_when=asyncio.FIRST_COMPLETED)
                stream.transport.abort()
                await ended
            except CONNECTION_TROUBLE as error:
                if not self._over.done():
                    self._display.say(f"{self._source.host} {trouble_of(error)}; trying again")
                    await asyncio.sleep(backoff.next_s())
            if self._last is not None:
                self._cursor = before(self._last.cursor, self._settings.rewind_s)
        self._over.result()

    def _receive(self, frame: bytes) -> None:
        if self._over.done():
            return
        try:
            if not self._put(frame):
                self._over.set_result(None)
        except RecordingError as error:
            self._over.set_exception(error)

    def _put(self, frame: bytes) -> bool:
        """Write one frame if it is new; False when the period is over."""
        position = self._source.position(frame)
        if position is not None:
            self._first_us = self._first_us or position.time_us
            if self._seconds is not None and position.time_us - self._first_us >= self._seconds * 1e6:
                return False
            self._last_us = max(self._last_us, position.time_us)
            if self._last is None or is_after(position, self._last):
                self._last = position
        if frame not in self._known:
            self._remember(frame)
            self._writer.write(frame)
            self.count += 1
            if self.count % 1000 == 0:
                seconds = (self._last_us - (self._first_us or 0)) / 1e6
                self._display.progress(f"{self.count:,} events, {seconds:,.0f} s of stream time")
        return True

    def _remember(self, frame: bytes) -> None:
        self._known.add(frame)
        self._lately.append(frame)
        if len(self._lately) > _REMEMBERED_FRAMES:
            self._known.discard(self._lately.popleft())
