"""Faults a real upstream has, as switches: each a small class that counts how often it fired.

This module owns what goes wrong and when, deterministic from a seed: faults of the stream rearrange
ready-made frames, faults of the connection break it off after a number of events. It does not know stores or
clocks.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from operator import itemgetter
from random import Random
from typing import Protocol

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers

from benchmarks.tid import tid
from benchmarks.wire import frame

_DID = re.compile(rb'\{"did":"([^"]*)"')


@dataclass(frozen=True, slots=True)
class FaultOptions:
    """Faults, all off. Events and frames are counted on each connection anew."""

    seed: int = field(default=1, metadata={"help": "of all that is left to chance among the faults"})
    drop_after: int = field(
        default=0, metadata={"help": "events until the connection ends without a close frame; 0: never"}
    )
    close_after: int = field(
        default=0, metadata={"help": "events until the connection is closed with code 1001; 0: never"}
    )
    half_open_after: int = field(
        default=0,
        metadata={"help": "events until nothing more is sent or answered on a socket that stays open; 0: never"},
    )
    silence_after: int = field(
        default=0, metadata={"help": "events until a pause of silence-s in which only pings are answered; 0: never"}
    )
    silence_s: float = field(default=5.0, metadata={"help": "seconds of that pause"})
    duplicate_share: float = field(
        default=0.0, metadata={"help": "share of the frames sent a second time, at once or a few frames later, 0 to 1"}
    )
    reorder_share: float = field(
        default=0.0,
        metadata={"help": "share of windows whose frames change places, keeping the order of a repository, 0 to 1"},
    )
    shuffle_share: float = field(
        default=0.0, metadata={"help": "share of windows whose frames change places, keeping no order, 0 to 1"}
    )
    window: int = field(default=16, metadata={"help": "frames in each of those windows"})
    cutover_loss_share: float = field(
        default=0.0,
        metadata={"help": "share lost of the last second before the live head, for a client with a cursor, 0 to 1"},
    )
    cutover_reorder: bool = field(
        default=False, metadata={"help": "let the frames of that last second change places, too"}
    )
    refuse_first: int = field(
        default=0, metadata={"help": "connections that are first answered with refuse-status and Retry-After"}
    )
    refuse_status: int = field(default=503, metadata={"help": "HTTP status of the refusal: 503 or 429"})
    retry_after_s: int = field(default=1, metadata={"help": "seconds told in Retry-After"})
    garbage_every: int = field(
        default=0,
        metadata={"help": "frames between two that are no event (broken JSON, bad UTF-8, empty, binary); 0: none"},
    )
    oversize_at: int = field(
        default=0, metadata={"help": "place in the recording, from 1, after which an oversized frame comes; 0: none"}
    )
    oversize_bytes: int = field(default=9_000_000, metadata={"help": "bytes of the oversized frame"})
    latency_s: float = field(default=0.0, metadata={"help": "seconds waited before every write"})


Break = Callable[[ServerConnection], Awaitable[bool]]


class StreamFault(Protocol):
    """Rearranges the frames of one connection."""

    def feed(self, frames: list[bytes]) -> list[bytes]:
        """Take in frames and give what is to be sent by now."""

    def rest(self) -> list[bytes]:
        """Give what is still held back: the stream has nothing more for the moment."""


class Duplicate:
    """Sends a share of the frames a second time: half of them at once, half up to eight frames later."""

    name = "duplicate"

    def __init__(self, random: Random, share: float, fired: Counter[str]) -> None:
        self._random, self._share, self._fired = random, share, fired
        self._owed: list[tuple[int, bytes]] = []

    def feed(self, frames: list[bytes]) -> list[bytes]:
        sent: list[bytes] = []
        for one in frames:
            sent.append(one)
            sent += [owed for wait, owed in self._owed if wait == 0]
            self._owed = [(wait - 1, owed) for wait, owed in self._owed if wait > 0]
            if self._random.random() < self._share:
                self._fired[self.name] += 1
                wait = int(8 * self._random.random()) if self._random.random() < 0.5 else -1
                if wait < 0:
                    sent.append(one)
                else:
                    self._owed.append((wait, one))
        return sent

    def rest(self) -> list[bytes]:
        owed, self._owed = [one for _, one in self._owed], []
        return owed


class Reorder:
    """Lets the frames of a share of windows change places."""

    def __init__(
        self, random: Random, share: float, window: int, keep_repositories: bool, fired: Counter[str]
    ) -> None:
        self.name = "reorder" if keep_repositories else "shuffle"
        self._random, self._share, self._window, self._keep = random, share, window, keep_repositories
        self._fired = fired
        self._held: list[bytes] = []

    def feed(self, frames: list[bytes]) -> list[bytes]:
        self._held += frames
        sent: list[bytes] = []
        while len(self._held) >= self._window:
            window, self._held = self._held[: self._window], self._held[self._window :]
            if self._random.random() < self._share:
                moved = shuffled(window, self._random, self._keep)
                self._fired[self.name] += moved != window
                window = moved
            sent += window
        return sent

    def rest(self) -> list[bytes]:
        held, self._held = self._held, []
        return held


class Garbage:
    """Puts a frame that is no event after every so many frames, each time another kind."""

    name = "garbage"
    KINDS = (
        frame(b'{"did":"did:plc:'),
        frame(b"\xff\xfe{}"),
        b"\x82\x04\x28\xb5\x2f\xfd",
        frame(b""),
        frame(b"[1,2"),
    )

    def __init__(self, every: int, fired: Counter[str]) -> None:
        self._every, self._fired, self._seen = every, fired, 0

    def feed(self, frames: list[bytes]) -> list[bytes]:
        sent: list[bytes] = []
        for one in frames:
            sent.append(one)
            self._seen += 1
            if self._seen % self._every == 0:
                sent.append(self.KINDS[self._fired[self.name] % len(self.KINDS)])
                self._fired[self.name] += 1
        return sent

    def rest(self) -> list[bytes]:
        return []


class Faults:
    """All faults of one server. `fired` counts each by name."""

    def __init__(self, options: FaultOptions) -> None:
        self.options = options
        self.fired: Counter[str] = Counter()
        self._connections_count = 0
        self._refused_count = 0

    @property
    def any_stream(self) -> bool:
        """Whether frames have to be looked at one by one."""
        given = self.options
        return bool(
            given.duplicate_share or given.reorder_share or given.shuffle_share or given.garbage_every
        )

    def refusal(self) -> tuple[int, Headers] | None:
        """Status and headers to answer a connection attempt with instead of an upgrade; None lets it in."""
        if self._refused_count >= self.options.refuse_first:
            return None
        self._refused_count += 1
        self.fired["refuse"] += 1
        return self.options.refuse_status, Headers({"Retry-After": str(self.options.retry_after_s)})

    def connection(self) -> ConnectionFaults:
        """The faults of the next connection."""
        self._connections_count += 1
        return ConnectionFaults(self, Random(self.options.seed * 1_000_003 + self._connections_count))


class ConnectionFaults:
    """The faults of one connection: its stream's, and what happens to it after how many events."""

    def __init__(self, faults: Faults, random: Random) -> None:
        given = faults.options
        self.options = given
        self._fired = faults.fired
        self._random = random
        self._stream: list[StreamFault] = []
        if given.duplicate_share:
            self._stream.append(Duplicate(random, given.duplicate_share, faults.fired))
        if given.reorder_share:
            self._stream.append(Reorder(random, given.reorder_share, given.window, True, faults.fired))
        if given.shuffle_share:
            self._stream.append(Reorder(random, given.shuffle_share, given.window, False, faults.fired))
        if given.garbage_every:
            self._stream.append(Garbage(given.garbage_every, faults.fired))
        breaks: tuple[tuple[int, Break], ...] = (
            (given.silence_after, self._fall_silent),
            (given.drop_after, self._drop),
            (given.close_after, self._close),
            (given.half_open_after, self._half_open),
        )
        self._breaks = sorted((pair for pair in breaks if pair[0]), key=itemgetter(0))

    def room(self, sent_count: int) -> int:
        """How many more events may be sent before the next break; at least 1."""
        return max(self._breaks[0][0] - sent_count, 1) if self._breaks else 1 << 62

    async def strike(self, connection: ServerConnection, sent_count: int) -> bool:
        """Do what is due after so many events. Returns False when there is nothing more to be sent."""
        while self._breaks and sent_count >= self._breaks[0][0]:
            if not await self._breaks.pop(0)[1](connection):
                return False
        return True

    def feed(self, frames: list[bytes]) -> list[bytes]:
        """Lead frames through every fault of the stream."""
        for fault in self._stream:
            frames = fault.feed(frames)
        return frames

    def rest(self) -> list[bytes]:
        """What the faults of the stream still hold back, in the same way."""
        frames: list[bytes] = []
        for fault in self._stream:
            frames = fault.feed(frames) + fault.rest()
        return frames

    def cut_over(self, frames: list[bytes]) -> list[bytes]:
        """The last second before the live head, after a switch from replay to live that goes wrong."""
        kept = [one for one in frames if self._random.random() >= self.options.cutover_loss_share]
        self._fired["cutover_loss"] += len(frames) - len(kept)
        if self.options.cutover_reorder and len(kept) > 1:
            self._fired["cutover_reorder"] += 1
            kept = shuffled(kept, self._random, keep_repositories=False)
        return kept

    async def _fall_silent(self, connection: ServerConnection) -> bool:
        self._fired["silence"] += 1
        await asyncio.sleep(self.options.silence_s)
        return True

    async def _drop(self, connection: ServerConnection) -> bool:
        self._fired["drop"] += 1
        connection.transport.close()  # after what is buffered: the end of a TCP stream, and no close frame
        return False

    async def _close(self, connection: ServerConnection) -> bool:
        self._fired["close"] += 1
        await connection.close(1001, "server shutting down")
        return False

    async def _half_open(self, connection: ServerConnection) -> bool:
        self._fired["half_open"] += 1
        if connection.keepalive_task is not None:
            connection.keepalive_task.cancel()
        connection.transport.pause_reading()  # what is not read is not answered: no pong, no close
        return False


def oversized(time_us: int, line_bytes: int) -> bytes:
    """The line of a post with more text than it may have. The same time gives the same line, and key."""
    head = (
        f'{{"did":"did:web:huge.example.com","time_us":{time_us},"kind":"commit",'
        f'"commit":{{"rev":"{tid(time_us, 999)}",'
        f'"operation":"create","collection":"app.bsky.feed.post","rkey":"{tid(time_us, 998)}","record":'
        '{"$type":"app.bsky.feed.post","text":"'
    )
    tail = '"},"cid":"bafyreihuge"}}'
    return (head + "x" * (line_bytes - len(head) - len(tail)) + tail).encode()


def shuffled(frames: list[bytes], random: Random, keep_repositories: bool) -> list[bytes]:
    """The frames in another order; with `keep_repositories` those of one DID stay in theirs."""
    places = list(range(len(frames)))
    for last in range(len(places) - 1, 0, -1):
        other = int(random.random() * (last + 1))
        places[last], places[other] = places[other], places[last]
    if not keep_repositories:
        return [frames[place] for place in places]
    owners = [found[1] if (found := _DID.search(one)) else b"" for one in frames]
    following = {
        owner: iter([one for one, of in zip(frames, owners, strict=True) if of == owner]) for owner in owners
    }
    return [next(following[owners[place]]) for place in places]
