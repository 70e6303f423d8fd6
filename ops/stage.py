"""The demo's stage: a simulated network in a process of its own, behind a real socket.

It serves a past day at once and goes on live, and writes down every frame it makes available, so that the demo can be
audited like anything else.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

import uvloop

from benchmarks.recording import Writer
from benchmarks.replay import ReplayServer
from benchmarks.serving import Witnessed, keep_up
from benchmarks.simulator import Simulation
from collector.parent import end_with_parent
from ops.problem import Problem

_CONTEXT = multiprocessing.get_context("spawn")


class Stage:
    """A context in which the simulated network runs; `url` is its source."""

    def __init__(self, seed: int, day_events: int, rate: float, served: Path) -> None:
        wire, self._wire = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(
            target=_main, args=(seed, day_events, rate, served, wire), name="stage", daemon=True
        )
        self.url = ""
        self._given = wire

    def __enter__(self) -> Self:
        self._process.start()
        self._given.close()
        self.url = f"ws://127.0.0.1:{self._wire.recv()}/subscribe"
        return self

    def hush(self) -> float:
        """Make nothing new any more, and serve what there is. Silent for so many seconds, it is at its end."""
        try:
            self._wire.send("hush")
            self._wire.recv()
        except (BrokenPipeError, EOFError):
            self.look_after()
        return 1.0

    def look_after(self) -> None:
        """Raise Problem when the simulated network has died: there is nothing to show without it."""
        if self._process.exitcode is not None or not self._process.is_alive():
            raise Problem(f"the simulated network died (exit code {self._process.exitcode}); start the demo again")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._wire.close()
        self._process.join(5)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()


def _main(seed: int, day_events: int, rate: float, served: Path, wire: Connection) -> None:
    os.setsid()  # the terminal's Ctrl-C is the parent's
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(signal.SIGKILL)
    uvloop.run(_play(seed, day_events, rate, served, wire))


async def _play(seed: int, day_events: int, rate: float, served: Path, wire: Connection) -> None:
    with Writer(served) as writer:
        store = Witnessed(writer)
        server = ReplayServer(store, "127.0.0.1", 0, math.inf)
        await server.start()
        wire.send(server.port)
        told = asyncio.Event()
        asyncio.get_running_loop().add_reader(wire.fileno(), told.set)
        making = asyncio.create_task(keep_up(store, _network(seed, day_events, rate)))
        await told.wait()
        making.cancel()
    asyncio.get_running_loop().remove_reader(wire.fileno())
    if wire.poll():
        await _serve_on(wire)
    await server.stop()


async def _serve_on(wire: Connection) -> None:
    """Say that nothing new comes, and serve until the other end is closed."""
    try:
        wire.recv()
        wire.send("hushed")
        while not wire.poll():  # noqa: ASYNC110 - the other end is a process, not a task
            await asyncio.sleep(0.05)
    except EOFError:
        return


def _network(seed: int, day_events: int, rate: float) -> Iterator[tuple[int, bytes]]:
    """A past day that ends now, and then what happens from now on."""
    simulation = Simulation.past_day(seed, day_events, time.time_ns() // 1000)
    events = simulation.events()
    yield from itertools.islice(events, day_events)
    simulation.rate = rate
    yield from events
