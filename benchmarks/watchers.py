"""Watchers: many readers of the live stream in a process of their own, who note when what came.

What they cost is theirs. They check nothing: who started them knows what must have come.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import signal
import time
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import orjson

from benchmarks.child import ChildFailed
from collector.parent import end_with_parent
from web.files import allow_files

_CONTEXT = multiprocessing.get_context("spawn")
_MESSAGE = re.compile(rb"(?:^|\n)id: ([^\n]+)\ndata: ([^\n]+)").search
"""Behind whatever says how long it is."""
_CONNECTED_S = 60.0
_AT_ONCE = 100


class Heard(NamedTuple):
    """One message: its id, when it came (unix seconds), and what its counts came to."""

    id: str
    at: float
    n: int


class Watchers:
    """So many readers of one address, from here to `heard`."""

    def __init__(self, url: str, path: str, count: int) -> None:
        self._ours, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_main, args=(url, path, count, theirs), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        if not self._ours.poll(_CONNECTED_S):
            raise ChildFailed("the readers could not connect")
        self._ours.recv_bytes()
        return self

    def heard(self) -> list[list[Heard]]:
        """Let them go: what each has heard, and nothing of who was hung up on but what came before."""
        self._ours.send_bytes(b"enough")
        return [[Heard(*each) for each in reader] for reader in orjson.loads(self._ours.recv_bytes())]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()


class _Reader(asyncio.Protocol):
    """One of them."""

    def __init__(self, host: str, path: str) -> None:
        self._request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        self._rest = b""
        self.heard: list[Heard] = []
        self.begun = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        *parts, self._rest = (self._rest + data).split(b"\n\n")
        for part in parts:
            if found := _MESSAGE(part):
                n = sum(orjson.loads(found[2])["counts"].values())
                self.heard.append(Heard(found[1].decode(), now, n))
                self.begun.set()


def _main(url: str, path: str, count: int, pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(signal.SIGKILL)
    allow_files(count + 100)
    asyncio.run(_watch(url, path, count, pipe))


async def _watch(url: str, path: str, count: int, pipe: Connection) -> None:
    where, loop = urlsplit(url), asyncio.get_running_loop()
    readers: list[_Reader] = []
    while len(readers) < count:
        few = [_Reader(where.netloc, path) for _ in range(min(_AT_ONCE, count - len(readers)))]
        for reader in few:
            await loop.create_connection(_same(reader), where.hostname or "", where.port or 80)
        await asyncio.gather(*[reader.begun.wait() for reader in few])
        readers += few
    pipe.send_bytes(b"connected")
    await loop.run_in_executor(None, pipe.recv_bytes)
    pipe.send_bytes(orjson.dumps([list(map(tuple, reader.heard)) for reader in readers]))


def _same(reader: _Reader) -> Any:
    return lambda: reader
