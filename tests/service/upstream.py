"""The network upstream: simulated, it goes on by the clock whether its host can be reached or not; written down."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from benchmarks.recording import Writer
from benchmarks.serving import Witnessed, keep_up
from benchmarks.simulator import Simulation
from benchmarks.store import timed
from tests.faults.hosts import Hosts
from tests.faults.recordings import end

_POISON_SHARE = 0.001
_ACCOUNTS = 20_000


class Upstream:
    """One host that serves what has happened since a while before its start."""

    def __init__(self, hosts: Hosts, seed: int, rate: float, past_s: float, recording: Path) -> None:
        """`rate` in events a second; `past_s` seconds of them are there at once; `recording` is written."""
        self._writer = Writer(recording)
        self._store = Witnessed(self._writer)
        start_us = round(time.time() - past_s) * 1_000_000
        simulation = Simulation(
            seed, start_us, rate, hourly=False, poison_share=_POISON_SHARE, accounts_count=_ACCOUNTS
        )
        self.host = hosts.live(self._store)
        self._hosts = hosts
        self._going_on = hosts.begin(keep_up(self._store, simulation.events()))

    def hush(self) -> None:
        """Nothing more happens but the end (tests/faults/recordings.py), by which one sees that all is counted."""
        self._going_on.cancel()
        self._hosts.begin(self._end()).result(10)
        self._writer.close()

    def close(self) -> None:
        """Nothing more happens. Closing twice does nothing."""
        self._going_on.cancel()
        self._hosts.begin(asyncio.sleep(0)).result(10)  # by then nothing is written any more
        self._writer.close()

    @property
    def events(self) -> int:
        """How many there are."""
        return len(self._store)

    async def _end(self) -> None:
        last_us = self._store.time_us(len(self._store) - 1)
        for time_us, line in timed(end(last_us)):
            self._store.append(time_us, line)
