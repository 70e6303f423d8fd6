"""`skytally replay`: a replay server as a process of its own, from its options to its last words.

This module owns the process: what is loaded, how it ends (SIGTERM, SIGINT), what it prints. It does not know
how events are served (`replay`). It also holds the producer that lets a simulation go on in wall time.
"""

from __future__ import annotations

import asyncio
import math
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import uvloop

from benchmarks.faults import FaultOptions
from benchmarks.host import as_other_host
from benchmarks.loop import Loop, good_shift_us
from benchmarks.recording import Writer
from benchmarks.replay import ReplayServer
from benchmarks.store import Events, Store
from benchmarks.wire import PATH

LIVE_TICK_S = 0.02
CATCH_UP_S = 0.02  # of appending without a pause


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What `skytally replay` can be told."""

    recording: str = field(metadata={"help": "file to serve, .jsonl(.zst), or of the raw firehose .bin(.zst)"})
    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on"})
    port: int = field(default=6008, metadata={"help": "port to listen on; 0 takes any free one, which is printed"})
    speed: str = field(
        default="max", metadata={"help": "times real time, from the server's start on; max: everything at once"}
    )
    played_s: float = field(
        default=0.0, metadata={"help": "seconds that have been played when the server starts, unless at max"}
    )
    loop: int = field(
        default=0, metadata={"help": "events in total, the recording repeated with new times and revs; 0: once"}
    )
    host_skew_s: float = field(
        default=0.0, metadata={"help": "play another host: seconds by which its clock differs from the first's"}
    )
    interleave_seed: int = field(
        default=0, metadata={"help": "play another host: seed of its jitter and its order across repositories; 0: none"}
    )
    events: bool = field(default=False, metadata={"help": "serve lines as Jetstream v2's own wire, subscribeEvents"})
    dictionary: str = field(default="", metadata={"help": "zstd dictionary to compress with; none: not compressed"})
    faults: FaultOptions = field(default_factory=FaultOptions)


def events_of(options: ReplayOptions) -> Events:
    """Load the recording, as the host that the options name would serve it, looped if they say so.

    Raises RecordingError when it cannot be read, ValueError when it cannot be looped.
    """
    dictionary = Path(options.dictionary).read_bytes() if options.dictionary else b""
    store = Store.load(options.recording, events=options.events, dictionary=dictionary)
    if (store.wire != PATH or dictionary) and (options.loop or options.host_skew_s or options.interleave_seed):
        raise ValueError("only plain lines of /subscribe can be looped, or be another host's")
    shift_us = (
        good_shift_us(store) if options.loop and len(store) else 0
    )  # of the first host: revs are the same on all
    if options.host_skew_s or options.interleave_seed:
        other = as_other_host(store, options.interleave_seed, lag_us=round(options.host_skew_s * 1e6))
        store.close()
        store = other
    return Loop(store, options.loop, shift_us) if options.loop else store


def replay(options: ReplayOptions, say: Callable[[str], None] = print) -> None:
    """Serve until SIGTERM or SIGINT.

    Says one line of JSON when it listens, and what it cost and did at the end.

    Raises RecordingError, ValueError for a bad speed or port, OSError if the address is taken.
    """
    speed = _speed(options.speed)
    if not 0 <= options.port <= 65_535:  # the event loop would take the rest of it by 65,536
        raise ValueError(f"a port lies between 0 and 65535, not at {options.port}")
    events = events_of(options)
    server = ReplayServer(events, options.host, options.port, speed, options.faults, options.played_s)
    uvloop.run(_until_told(server, options, say))


def _speed(text: str) -> float:
    try:
        speed = math.inf if text == "max" else float(text)
    except ValueError:
        speed = math.nan
    if not speed > 0:
        raise ValueError(f"the speed must be a number above 0, or max, not {text}")
    return speed


async def _until_told(server: ReplayServer, options: ReplayOptions, say: Callable[[str], None]) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await server.start()
    say(_json({"listening": f"ws://{options.host}:{server.port}{server.store.wire}", "events": len(server.store)}))
    await told.wait()
    await server.stop()
    say(_json({"faults": dict(sorted(server.faults.fired.items()))}))
    say(_json({"cost": server.cost()}))


class Witnessed(Store):
    """A live store that writes down what it makes available."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(live=True)
        self._writer = writer

    def append(self, time_us: int, line: bytes) -> None:
        self._writer.write(line)
        super().append(time_us, line)


async def keep_up(store: Store, events: Iterator[tuple[int, bytes]]) -> None:
    """Append events to a live store as their time comes, at most a tick late, for ever; cancel it to end it.

    Events that are already past are appended at once, in short turns, so that clients are served meanwhile.
    """
    while True:
        until_s = time.monotonic() + CATCH_UP_S
        for time_us, line in events:
            while time_us / 1e6 > time.time():  # noqa: ASYNC110 - the clock is what is waited for
                await asyncio.sleep(LIVE_TICK_S)  # all that is due by then at once: thousands a second are one turn
            store.append(time_us, line)
            if time.monotonic() > until_s:
                break
        await asyncio.sleep(0)


def _json(value: dict[str, object]) -> str:
    return orjson.dumps(value).decode()
