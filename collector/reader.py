"""The reader: socket frames -> lanes -> batches -> one queue per worker, and watermarks to all of them.

It owns the socket, reconnecting and backpressure: while a worker's queue is full it reads nothing. It never touches
the database; where to begin it is told, and from then on it remembers itself (reached.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from zlib import crc32

from websockets.exceptions import ConnectionClosed

from collector.batch import UNKNOWN_US, Position, pack
from collector.crashpoint import crashpoint
from collector.cursors import before, is_time
from collector.queue import QueueWriter
from collector.reached import Reached
from collector.reconnect import CONNECTION_TROUBLE, Backoff, trouble_of
from collector.settings import CollectorSettings
from collector.sources import Source
from collector.sources.stream import Stream
from collector.vitals import ReaderVitals
from collector.witness import Witness


class Reader:
    """Reads one host for one run of the group."""

    def __init__(
        self, settings: CollectorSettings, source: Source, queues: list[QueueWriter], vitals: ReaderVitals,
        begin_cursor: int, complete_to: Position | None, second: Source | None = None,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._source = source
        self._queues = queues
        self._vitals = vitals
        self._begin_cursor = begin_cursor
        self._reached = Reached(settings, source, complete_to)
        self._told: list[Position | None] = [complete_to] * len(queues)
        self._did = source.did
        self._witness = Witness(settings, source, second, vitals, self._frame) if second is not None else None
        self._sink = self._frame if second is None else self._compared
        self._worker_mask = len(queues) - 1
        self._batch_events_max = settings.batch_events_max
        self._batch_bytes_max = settings.batch_bytes_max
        self._frames: list[list[bytes]] = [[] for _ in queues]
        self._bytes = [0 for _ in queues]
        self._closed_at = [time.monotonic() for _ in queues]
        self._stream: Stream | None = None
        self._releasing: asyncio.Task[None] | None = None
        self._backoff = Backoff(settings.reconnect_s_min, settings.reconnect_s_max)
        self._rewind_s = settings.rewind_s
        self._advanced = True
        self._broken: BaseException | None = None
        self._stopping = asyncio.Event()
        self._readable = asyncio.Event()
        self._readable.set()

    async def read(self, tries_max: int | None) -> bool:
        """Read until told to stop; False when the host failed `tries_max` times in a row."""
        backoff = self._backoff
        ticker = asyncio.create_task(self._tick())
        running = [ticker]
        if self._witness is not None:
            running.append(asyncio.create_task(self._witness.read(self._time_to_begin())))
        for task in running:
            task.add_done_callback(lambda _: self.stop())  # it ends only when cancelled, or by our own fault
        while not self._stopping.is_set():
            if tries_max is not None and backoff.failures >= tries_max:
                break
            try:
                await self._read_once()
            except CONNECTION_TROUBLE as error:
                self._vitals.trouble = f"{self._source.host} {trouble_of(error)}"
            self._vitals.set("connected", 0)
            if not self._stopping.is_set():
                self._vitals.add("reconnects", 1)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), backoff.next_s())
        stopped = self._stopping.is_set()
        for task in running:
            if task.done():
                task.result()
            task.cancel()
        if self._broken is not None:
            raise self._broken
        self._flush()
        return stopped

    def break_off(self, error: BaseException) -> None:
        """Our own code failed where the event loop called it: end loudly, hand nothing on."""
        self._broken = error
        self.stop()

    def stop(self) -> None:
        """End the stream; what has been received is still handed on."""
        self._stopping.set()
        self._readable.set()
        self._hang_up()

    async def _read_once(self) -> None:
        """One connection, until it ends."""

        def first(frame: bytes) -> None:
            assert stream is not None
            if not self._vitals.get("first_at"):
                self._vitals.set("first_at", time.monotonic())
            if self._reached.settled(frame):
                stream.sink = self._sink
            self._sink(frame)

        # a host that always hangs up before it has said anything new must not be asked for the same for ever
        self._rewind_s = self._settings.rewind_s if self._advanced else self._rewind_s / 2
        self._advanced = False
        early: list[bytes] = []
        stream = await self._connected(early)
        if stream is None:
            return
        self._stream = stream
        if self._stopping.is_set():  # while it was opened
            self._hang_up()
        self._reached.begin()
        try:
            self._vitals.set("connected", 1)
            if not self._vitals.get("new_at"):
                self._vitals.set("new_at", time.monotonic())
            stream.sink = first
            for frame in early:  # came with the answer to the handshake
                stream.sink(frame)
            early.clear()  # flat out that is tens of megabytes
            await stream.ended()
        except ConnectionClosed as closed:
            if closed.sent is not None and closed.sent.code == 1009:
                self._flush()
                self._reached.pass_over()
            raise
        finally:
            self._stream = None
            stream.transport.abort()
            self._flush()

    async def _connected(self, early: list[bytes]) -> Stream | None:
        """A new connection; None when told to stop before the host has answered."""
        limit = self._reached.frame_bytes_limit
        opening = asyncio.create_task(self._source.connect(self._cursor(), limit, early.append))
        told = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({opening, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not opening.done():
            opening.cancel()
            return None
        return await opening

    def _cursor(self) -> int:
        """Where to ask from: a little before what we have, because hosts reorder when replay turns live."""
        if self._reached.beyond is not None:
            return self._reached.beyond
        reached = self._reached.position
        if reached is None:
            return self._begin_cursor
        cursor = before(reached.cursor, self._rewind_s)
        return max(self._begin_cursor, cursor) if is_time(cursor) == is_time(self._begin_cursor) else cursor

    def _time_to_begin(self) -> int:
        """The same for another host: a time, and early enough for what the run before had of it and not written."""
        reached = self._reached.position
        begin_us = self._begin_cursor if is_time(self._begin_cursor) else time.time_ns() // 1000
        if reached is not None and reached.time_us != UNKNOWN_US:
            begin_us = reached.time_us
        return before(begin_us, self._settings.rewind_other_host_s)

    def _compared(self, frame: bytes) -> None:
        """The same while a second host is read: it is told what the first one delivers."""
        assert self._witness is not None
        self._witness.first_saw(frame)
        self._frame(frame)

    def _frame(self, frame: bytes) -> None:
        """Put one frame into the batch of the worker that owns its lane."""
        # the number of workers divides that of the lanes, so this is (crc32 mod lanes) mod workers
        worker = crc32(self._did(frame)) & self._worker_mask
        frames = self._frames[worker]
        frames.append(frame)
        size = self._bytes[worker] = self._bytes[worker] + len(frame)
        if len(frames) >= self._batch_events_max or size >= self._batch_bytes_max:
            self._close_batch(worker, self._position_of(frames))

    def _hold(self) -> None:
        """Take nothing more from the socket while anything downstream is full or reading is paused."""
        for stream in self._streams():
            stream.transport.pause_reading()
        if self._releasing is None:
            self._releasing = asyncio.create_task(self._release())

    async def _release(self) -> None:
        for queue in self._queues:
            await queue.room()
        await self._readable.wait()
        self._releasing = None
        if any(queue.full for queue in self._queues):
            self._hold()
        else:
            for stream in self._streams():
                stream.transport.resume_reading()

    def _streams(self) -> list[Stream]:
        """All that are open."""
        second = self._witness.stream if self._witness is not None else None
        return [stream for stream in (self._stream, second) if stream is not None]

    def _flush(self) -> None:
        """Close every batch at one common position, so that idle lanes move too."""
        for frames in self._frames:
            self._advance(self._position_of(frames))
        now = time.monotonic()
        for worker, frames in enumerate(self._frames):
            reached = self._reached.position
            if frames or self._told[worker] != reached or (worker == 0 and self._reached.has_gaps):
                self._close_batch(worker, reached)
            self._closed_at[worker] = now

    def _close_batch(self, worker: int, position: Position | None) -> None:
        """Hand a batch on. With it the worker has every frame of its lanes up to `position`."""
        self._advance(position)
        position = position or self._reached.position or Position(self._begin_cursor, UNKNOWN_US)
        frames = self._frames[worker]
        gaps = self._reached.take_gaps() if worker == 0 else []
        crashpoint("before_put")
        now = time.monotonic()
        self._queues[worker].put(pack(position, frames, gaps, self._closed_at[worker]))
        self._closed_at[worker] = now
        crashpoint("after_put")
        if self._queues[worker].full:
            self._hold()
        self._told[worker] = position
        self._vitals.add("frames", len(frames))
        self._vitals.add("bytes", self._bytes[worker])
        self._frames[worker] = []
        self._bytes[worker] = 0

    def _position_of(self, frames: list[bytes]) -> Position | None:
        """Where the first host's stream is with these frames."""
        return self._reached.at(frames if self._witness is None else list(self._witness.first_latest))

    def _advance(self, position: Position | None) -> None:
        limited = self._reached.frame_bytes_limit is not None
        if not self._reached.advance(position):
            return
        assert self._reached.position is not None
        self._advanced = True
        self._backoff.reset()
        self._vitals.trouble = ""
        self._vitals.set("time_us", self._reached.position.time_us)
        self._vitals.set("new_at", time.monotonic())
        if limited and self._reached.frame_bytes_limit is None:
            self._hang_up()  # from here on the host shall leave out nothing again

    async def _tick(self) -> None:
        """Close batches by age, pause while the disk is nearly full, give up a silent socket."""
        frames_before, frames_at = 0.0, time.monotonic()
        while True:
            await asyncio.sleep(self._settings.batch_age_s_max)
            self._vitals.set("alive_at", time.monotonic())
            self._flush()
            self._vitals.set("queued_bytes", sum(queue.waiting_bytes for queue in self._queues))
            paused = bool(self._vitals.get("paused"))
            if paused:
                self._readable.clear()
                self._hold()
            else:
                self._readable.set()
            frames = self._vitals.get("frames") if self._witness is None else self._witness.first_frames
            waiting = paused or any(queue.full for queue in self._queues) or self._stream is None
            if self._witness is not None:
                self._witness.tick(self._reached.position, waiting)
            waiting = waiting or self._source.filtered  # there pings tell a dead socket from a silent one
            if frames != frames_before or waiting:
                frames_before, frames_at = frames, time.monotonic()
            elif time.monotonic() - frames_at > self._settings.silence_s_max:
                self._vitals.trouble = f"{self._source.host} has sent nothing for {self._settings.silence_s_max:g} s"
                self._hang_up()

    def _hang_up(self) -> None:
        if self._stream is not None:
            self._stream.transport.abort()
