"""The pipeline inline: the real reader, worker and roller in this process, one after the other, so that what they do
can be counted call by call.

It owns how they are put together without sockets, pipes and clocks. What is counted of them it does not know.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self, cast

from collector.batch import Position, unpack
from collector.boards import Boards
from collector.checkpoint import begin_epoch
from collector.lanes import LANES
from collector.queue import QueueWriter
from collector.reader import Reader
from collector.rollup import Fold
from collector.settings import CollectorSettings
from collector.sources.jetstream import Jetstream
from collector.sources.stream import Sink, Stream
from collector.vitals import ReaderVitals, WorkerVitals
from collector.worker import Worker
from sql.session import connect

BATCH_EVENTS = 2048
_URL = "ws://inline:1/subscribe"
_SALT = bytes(range(16))
"""Of all ids: the same in every run, so that rows and trees grow in the same order."""


class Inline:
    """One reader, worker and roller on a fresh database, in a block."""

    def __init__(self, conninfo: str, *, experience: bool = True) -> None:
        self._conninfo = conninfo
        self._settings = CollectorSettings(
            source=(_URL,),
            workers=1,
            batch_events_max=BATCH_EVENTS,
            batch_bytes_max=64 << 20,
            experience=experience,
        )
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        with connect(self._conninfo, None, "inline") as owner:
            owner.execute("update network set salt = %s", (_SALT,))
        source = Jetstream(_URL)
        with connect(self._conninfo, "skytally_collector", "inline") as supervisor:
            epoch = begin_epoch(supervisor, source.host, Position(0, 0))
        collector, roller = (
            self._opened.enter_context(connect(self._conninfo, role, "inline"))
            for role in ("skytally_collector", "skytally_roller")
        )
        self.collector, self.roller = collector, roller
        context = multiprocessing.get_context("spawn")
        self.vitals, self._reader_vitals = WorkerVitals(context), ReaderVitals(context)
        self._worker = Worker(self._settings, collector, source.host, epoch, list(range(LANES)))
        self._fold = Fold(roller)
        self._boards = Boards(
            roller, self._settings.board_rows, self._settings.hour_days_kept, experience=self._settings.experience
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def read(self, frames: Sequence[bytes]) -> list[bytes]:
        """Batches, as the reader would hand them to the only worker."""
        queue, source = _Queue(), _Recorded(frames)
        reader = Reader(self._settings, source, cast("list[QueueWriter]", [queue]), self._reader_vitals, 0, None)
        source.ended = reader.stop
        asyncio.run(reader.read(tries_max=1))
        return queue.batches

    def write(self, batch: bytes) -> None:
        """What the worker does with a batch."""
        self._worker.handle(unpack(batch), self.vitals)

    def fold(self) -> None:
        """Fold all that is waiting."""
        self._fold.fold()

    def refresh(self) -> None:
        """Make the boards."""
        self._boards.refresh()


class _Queue:
    """A queue that is never full."""

    full = False
    waiting_bytes = 0

    def __init__(self) -> None:
        self.batches: list[bytes] = []

    def put(self, data: bytes) -> None:
        self.batches.append(data)


class _Recorded(Jetstream):
    """A host that sends everything with its answer to the handshake, and then calls `ended`."""

    ended: Callable[[], None]

    def __init__(self, frames: Sequence[bytes]) -> None:
        super().__init__(_URL)
        self._frames = frames

    async def connect(self, cursor: int, frame_bytes_limit: int | None, sink: Sink) -> Stream:
        for frame in self._frames:
            sink(frame)
        return cast(Stream, _Over(self.ended))


class _Over:
    """A connection over which nothing comes any more."""

    sink: Callable[[bytes], None]

    def __init__(self, ended: Callable[[], None]) -> None:
        self._ended = ended

    @property
    def transport(self) -> _Over:
        return self

    async def ended(self) -> None:
        self._ended()

    def abort(self) -> None:
        pass
