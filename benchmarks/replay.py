"""The replay server: serves stored events on the wire they are stored for, as often as asked, at any speed.

This module owns sockets and the clock of a replay. It does not know what a line means (`wire`), how events
are kept (`store`) or how a network misbehaves (`faults`).

"Live" for a finished recording: at speed X the recording plays on a clock that starts with the server, and a
client without cursor joins where that clock is. At speed `max` everything is there at once; a client without
cursor is then served from the start, for otherwise it would get nothing. After the last event the socket
stays open and silent.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

from benchmarks.faults import FaultOptions, Faults, oversized
from benchmarks.store import Events
from benchmarks.wire import (
    MESSAGE_BYTES_MAX,
    Filters,
    Subscription,
    WireError,
    frame,
    lines,
    options_update,
    subscription,
)

LOGGER = logging.getLogger(__name__)
_DICTIONARY = "/xrpc/network.bsky.jetstream.getZstdDictionary"
RUN_BYTES = 1 << 18  # one write: large enough to be cheap, small enough that a ping hardly waits
WRITE_BUFFER_BYTES = 1 << 19
IDLE_S = 0.01  # how often the end of the store is looked at: what a live event may be late
PING_INTERVAL_S = 30.0
CUTOVER_US = 1_000_000
REASON_CHARACTERS_MAX = 100  # a close frame holds 123 bytes


class ReplayServer:
    """Serves one store to any number of clients. `speed` is times real time; infinity: all at once."""

    def __init__(
        self,
        store: Events,
        host: str = "127.0.0.1",
        port: int = 0,
        speed: float = math.inf,
        faults: FaultOptions | None = None,
        played_s: float = 0.0,
    ) -> None:
        """`port` 0 takes any; after `start` the attribute `port` is the bound one. `played_s` of the recording have
        played before."""
        self.port = port
        self.store = store
        self.faults = Faults(faults or FaultOptions())
        self.sent_count = 0
        self._host = host
        self._speed = speed
        self._played_us = played_s * 1e6
        self._server: Server | None = None
        self._started_s = 0.0
        self._cpu_started_s = 0.0

    async def start(self) -> None:
        """Listen. Raises OSError if the address is taken."""
        self._server = await serve(
            self._serve,
            self._host,
            self.port,
            process_request=self._admit,
            compression=None,  # v1 does not negotiate deflate
            max_size=MESSAGE_BYTES_MAX,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=None,
            close_timeout=1,
            write_limit=WRITE_BUFFER_BYTES,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self._started_s, self._cpu_started_s = time.monotonic(), time.process_time()

    async def stop(self) -> None:
        """Close every connection with 1001 and stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def cost(self) -> dict[str, float]:
        """What serving has cost this process: events sent, CPU seconds, microseconds of CPU an event."""
        cpu_s = time.process_time() - self._cpu_started_s
        cost_us = cpu_s * 1e6 / self.sent_count if self.sent_count else 0.0
        return {"sent": self.sent_count, "cpu_s": round(cpu_s, 3), "cpu_us_per_event": round(cost_us, 3)}

    def available(self) -> int:
        """How many events can be sent by now."""
        if math.isinf(self._speed) or not len(self.store):
            return len(self.store)
        played_us = self._played_us + (time.monotonic() - self._started_s) * self._speed * 1e6
        return self.store.reached(self.store.time_us(0) + int(played_us))

    def start_of(self, cursor_us: int | None) -> int:
        """Where a client begins that comes with this cursor, or with none."""
        available = self.available()
        if cursor_us is not None:
            return min(self.store.find(cursor_us), available)
        return 0 if math.isinf(self._speed) and not self.store.live else available

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path).path
        if path == _DICTIONARY and self.store.dictionary:
            content = self.store.dictionary
            head = Headers({"Content-Type": "application/octet-stream", "Content-Length": str(len(content))})
            return Response(HTTPStatus.OK, "OK", head, content)
        if path != self.store.wire:
            return connection.respond(HTTPStatus.NOT_FOUND, "not found\n")
        try:
            subscription(request.path, compressed=bool(self.store.dictionary))
        except WireError as error:
            return connection.respond(HTTPStatus.BAD_REQUEST, f"{error}\n")
        refusal = self.faults.refusal()
        if refusal is None:
            return None
        status, headers = refusal
        response = connection.respond(HTTPStatus(status), "service not ready: try again\n")
        response.headers.update(headers)
        return response

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None  # the handshake is over
        wanted = subscription(connection.request.path, compressed=bool(self.store.dictionary))
        session = Session(self, connection, wanted)
        sender = asyncio.create_task(session.send())
        sender.add_done_callback(lambda task: _abort_if_failed(connection, task))
        try:
            async for message in connection:
                if not await session.hear(message):
                    break
        except ConnectionClosed:
            pass  # without a close frame: that is how these connections mostly end
        finally:
            sender.cancel()
            [outcome] = await asyncio.gather(sender, return_exceptions=True)
            if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionClosed | ConnectionError):
                LOGGER.error("sending failed: %s", outcome, exc_info=outcome)


def _abort_if_failed(connection: ServerConnection, sender: asyncio.Task[None]) -> None:
    """A client whose sender has failed must not wait for ever on a socket that looks well."""
    if not sender.cancelled() and sender.exception() is not None:
        connection.transport.abort()


class Session:
    """One client's connection: what it wants, and how far it got."""

    def __init__(self, server: ReplayServer, connection: ServerConnection, wanted: Subscription) -> None:
        self._server = server
        self._store = server.store
        self._connection = connection
        self._faults = server.faults.connection()
        self._filters: Filters = wanted.filters
        self._cursor_us = wanted.cursor_us
        self._greeted = asyncio.Event()
        self._sent_count = 0
        self._replaying = wanted.cursor_us is not None
        if not wanted.require_hello:
            self._greeted.set()

    async def hear(self, message: str | bytes) -> bool:
        """Take in a client's message.

        False when the connection was closed over it, as v1 does with code 1000.
        """
        try:
            filters = options_update(message)
        except WireError as error:
            await self._connection.close(1000, str(error)[:REASON_CHARACTERS_MAX])
            return False
        if filters is not None:
            self._filters = filters
            self._greeted.set()
        return True

    async def send(self) -> None:
        """Send from the cursor on for as long as the connection is open."""
        await self._greeted.wait()
        position = self._server.start_of(self._cursor_us)
        while self._connection.state is State.OPEN:
            available = self._server.available()
            if position >= available:
                await self._write(self._faults.rest())
                await asyncio.sleep(IDLE_S)
                continue
            end = self._end(position, available)
            await self._pass_on(position, end, available)
            position = end
            if not await self._faults.strike(self._connection, self._sent_count):
                return

    def _end(self, position: int, available: int) -> int:
        """The end of the next run: what one write takes, but not beyond the next fault."""
        end = self._store.run_end(position, available, RUN_BYTES)
        end = min(end, position + self._faults.room(self._sent_count))
        for border in (self._faults.options.oversize_at, self._cutover(available)):
            if position < border:
                end = min(end, border)
        return end

    def _cutover(self, available: int) -> int:
        """Where the last second before the live head begins, if it is to be spoilt for this client."""
        options = self._faults.options
        if not self._replaying or not (options.cutover_loss_share or options.cutover_reorder):
            return 0
        return self._store.reached(self._store.time_us(available - 1) - CUTOVER_US)

    async def _pass_on(self, position: int, end: int, available: int) -> None:
        run = self._store.frames(position, end)
        spoilt = 0 < self._cutover(available) <= position
        if self._filters.all and not self._server.faults.any_stream and not spoilt:
            self._sent_count += end - position
            await self._write([run], end - position)
        else:
            wanted = [frame(line, binary=self._store.binary) for line in lines(run) if self._filters.wants(line)]
            self._sent_count += len(wanted)
            await self._write(self._faults.feed(self._faults.cut_over(wanted) if spoilt else wanted))
        self._replaying = self._replaying and end < available
        if end == self._faults.options.oversize_at:
            await self._oversize(self._store.time_us(end - 1))

    async def _oversize(self, time_us: int) -> None:
        options = self._faults.options
        line = oversized(time_us, options.oversize_bytes)
        if self._filters.wants(line):
            self._server.faults.fired["oversize"] += 1
            await self._write([frame(line)])

    async def _write(self, frames: list[bytes], count: int | None = None) -> None:
        """Write whole frames past websockets, many at once; its own pings and closes go between them."""
        if frames:
            if latency_s := self._faults.options.latency_s:
                self._server.faults.fired["latency"] += 1
                await asyncio.sleep(latency_s)
            if self._connection.state is not State.OPEN:
                return
            self._server.sent_count += len(frames) if count is None else count
            self._connection.transport.write(b"".join(frames))
        await self._connection.drain()
        await asyncio.sleep(0)  # drain does not yield while the buffer has room: others must have their turn
