"""Cuts a stream of bytes into other pieces on its way: what a network may do to websocket frames."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from random import Random

PIECE_BYTES_MAX = 700
_READ_BYTES = 1 << 16


class Recutter:
    """Listens, and forwards what `port` says in pieces of chance, each a segment of its own."""

    def __init__(self, port: int, seed: int) -> None:
        self.port = 0
        self.pieces = 0
        self._to = port
        self._random = Random(seed)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen on any port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut off everybody."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        to_client.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host, to_host = await asyncio.open_connection("127.0.0.1", self._to)
        for task in (self._forward(host, to_client), self._forward(client, to_host)):
            made = asyncio.create_task(task)
            self._tasks.add(made)
            made.add_done_callback(self._tasks.discard)

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError):
                while data := await source.read(_READ_BYTES):
                    at = 0
                    while at < len(data):
                        size = self._random.randint(1, PIECE_BYTES_MAX)
                        sink.write(data[at : at + size])
                        at += size
                        self.pieces += 1
                        await sink.drain()
                        await asyncio.sleep(0)
        finally:
            sink.close()
