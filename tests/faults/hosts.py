"""The upstream hosts of a run: replay servers in a thread of their own, each with a clock that begins with its first
client, so that the recording flows while the fault strikes. A held host keeps the rest back until it has struck.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.faults import FaultOptions
from benchmarks.replay import ReplayServer
from benchmarks.store import Store
from tests.faults.recordings import END_COUNT
from tests.faults.recut import Recutter

HELD_SHARE = 0.8
"""Of a recording, what a held host serves: so there is always something left to count after the strike."""


class End(NamedTuple):
    """A host, as the lanes call it, and the cursor behind which everything has been counted."""

    name: str
    cursor: int


class Paced(ReplayServer):
    """Begins to play when the first client comes."""

    _begun = False
    held = False
    replays = False
    replayed = False

    def available(self) -> int:
        return min(super().available(), round(len(self.store) * HELD_SHARE)) if self.held else super().available()

    def start_of(self, cursor_us: int | None) -> int:
        if not self._begun:
            self._begun = True
            self._started_s = time.monotonic()
        start = super().start_of(cursor_us)
        self.replayed = self.replayed or (self.replays and start > 0)
        return 0 if self.replays else start


class Host:
    """One host; it can go away and come back on the same port."""

    def __init__(self, loop: asyncio.AbstractEventLoop, store: Store, speed: float, faults: FaultOptions) -> None:
        self._loop = loop
        self._store = store
        self._faults = faults
        self._port = 0
        self._recutter: Recutter | None = None
        self.goes_on = False
        self.server: Paced
        self.start(speed)

    def start(self, speed: float = math.inf) -> None:
        """Listen, and play at `speed` times real time from the first client on."""
        self.server = Paced(self._store, port=self._port, speed=speed, faults=self._faults)
        self._wait(self.server.start())
        self._port = self.server.port
        self.goes_on = True

    def stop(self) -> None:
        """Close every connection and the port."""
        self.goes_on = False
        if self._recutter is not None:
            self._wait(self._recutter.stop())
        self._wait(self.server.stop())

    def hold(self, held: bool = True) -> None:
        """Keep the rest of the recording back, or let it go."""
        self.server.held = held

    def recut(self, seed: int) -> Recutter:
        """From now on the url leads through one who cuts the stream into other pieces."""
        self._recutter = Recutter(self._port, seed)
        self._wait(self._recutter.start())
        return self._recutter

    @property
    def url(self) -> str:
        return f"ws://{self.name}"

    @property
    def name(self) -> str:
        """As the lanes call it."""
        return f"127.0.0.1:{self._recutter.port if self._recutter else self._port}/subscribe"

    @property
    def end(self) -> End:
        """Everything before the middle of the recording's end has been delivered when that has."""
        return End(self.name, self._store.time_us(len(self._store) - END_COUNT // 2))

    def fired(self, fault: str) -> int:
        """How often this fault has happened."""
        return self.server.faults.fired[fault]

    def _wait(self, task: object) -> None:
        asyncio.run_coroutine_threadsafe(task, self._loop).result(10)  # type: ignore[arg-type]


class Hosts:
    """Makes hosts."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._hosts: list[Host] = []

    def host(self, store: Store, span_s: float, faults: FaultOptions | None = None) -> Host:
        """A host that plays all of the store within `span_s` seconds; 0: everything at once."""
        length_s = (store.time_us(len(store) - 1) - store.time_us(0)) / 1e6
        host = Host(self._loop, store, length_s / span_s if span_s else math.inf, faults or FaultOptions())
        self._hosts.append(host)
        return host

    def live(self, store: Store) -> Host:
        """A host of a store that grows: all that is in it can be had."""
        host = Host(self._loop, store, math.inf, FaultOptions())
        self._hosts.append(host)
        return host

    def begin(self, task: Coroutine[None, None, None]) -> Future[None]:
        """Have something go on beside the hosts, in their thread."""
        return asyncio.run_coroutine_threadsafe(task, self._loop)

    def ends(self) -> list[End]:
        """Of those that have not gone away."""
        return [host.end for host in self._hosts if host.goes_on]

    def release(self) -> None:
        """Let go what is held."""
        for host in self._hosts:
            host.hold(False)

    def stop(self) -> None:
        """Stop all of them."""
        for host in self._hosts:
            host.stop()


@contextmanager
def hosts() -> Iterator[Hosts]:
    """A thread in which hosts live."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = Hosts(loop)
    try:
        yield made
        made.stop()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
