"""The queue between the reader and one worker: one writer, one reader, raw bytes over a pipe, bounded in bytes.

A queue that several workers share is not safe against kill -9 (a killed one may hold its lock); one each, made anew
with every run of the group, is. Writing never blocks the socket's loop: what the pipe does not take waits in a bounded
buffer, and the reader stops reading while it is full. It knows nothing of what the bytes mean.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from multiprocessing.connection import Connection
from struct import Struct

_LENGTH = Struct("<I")
_PIPE_BYTES = 1 << 20  # the most an unprivileged process may ask for on Linux


class QueueWriter(asyncio.Protocol):
    """The reader's end. `put` at once, then `await room()` before taking more from the socket."""

    def __init__(self, transport_bytes_max: int) -> None:
        self._bytes_max = transport_bytes_max
        self._transport: asyncio.WriteTransport | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._closed = asyncio.Event()
        self.full = False

    @classmethod
    async def open(cls, connection: Connection, bytes_max: int) -> QueueWriter:
        """Take over the sending end of a pipe; at most about `bytes_max` wait in this process."""
        with contextlib.suppress(OSError, AttributeError):  # Linux only, and only a wish
            fcntl.fcntl(connection.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        file = os.fdopen(os.dup(connection.fileno()), "wb", 0)
        connection.close()
        loop = asyncio.get_running_loop()
        _, writer = await loop.connect_write_pipe(lambda: cls(bytes_max), file)
        return writer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]  # uvloop's class is not a subclass
        assert self._transport is not None
        self._transport.set_write_buffer_limits(high=self._bytes_max, low=self._bytes_max // 4)

    def pause_writing(self) -> None:
        self.full = True
        self._room.clear()

    def resume_writing(self) -> None:
        self.full = False
        self._room.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.set()
        self._closed.set()

    def put(self, data: bytes) -> None:
        """Queue one batch. Never blocks; `full` says when to stop.

        When the worker is gone it goes nowhere: the group starts again, and reads it again from the checkpoint.
        """
        assert self._transport is not None
        if not self._transport.is_closing():  # uvloop raises for it, before it says that the connection is lost
            self._transport.writelines((_LENGTH.pack(len(data)), data))

    async def room(self) -> None:
        """Return when the queue takes more."""
        await self._room.wait()

    @property
    def waiting_bytes(self) -> int:
        """Bytes in this process that the pipe has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport else 0

    async def close(self) -> None:
        """Let everything that was put reach the pipe, then end the stream."""
        assert self._transport is not None
        self._transport.close()
        await self._closed.wait()


class QueueReader:
    """The worker's end: blocking, one whole batch at a time."""

    def __init__(self, connection: Connection) -> None:
        self._file = os.fdopen(os.dup(connection.fileno()), "rb", 1 << 18)
        connection.close()

    def get(self) -> bytes | None:
        """The next batch; None at the orderly end of the stream or when the reader is gone."""
        head = self._file.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack(head)
        data = self._file.read(length)
        return data if len(data) == length else None

    def close(self) -> None:
        """Let go of the pipe."""
        self._file.close()
