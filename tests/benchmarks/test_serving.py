"""The replay process: what its options make of a recording, and what it says."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import orjson
import pytest
from websockets.asyncio.client import connect

from benchmarks.recording import RecordingError
from benchmarks.serving import ReplayOptions, events_of, keep_up, replay
from benchmarks.simulator import Simulation, write_recording
from benchmarks.store import Events, Store
from benchmarks.wire import lines


def test_options_name_host_and_loop(tmp_path: Path) -> None:
    path = str(tmp_path / "a.jsonl")
    write_recording(path, 2000, accounts_count=1000)
    first, second = (
        events_of(ReplayOptions(path, loop=5000, host_skew_s=skew, interleave_seed=seed))
        for skew, seed in ((0.0, 0), (1.5, 9))
    )
    assert len(first) == len(second) == 5000

    def keys(events: Events) -> set[str]:
        parts = [lines(events.frames(begin, end)) for begin, end in ((0, 2000), (2000, 4000))]
        parsed = [orjson.loads(line) for part in parts for line in part]
        return {event["did"] + event.get("commit", {}).get("rev", "") for event in parsed}

    assert keys(first) == keys(second)
    assert first.time_us(0) != second.time_us(0)
    assert len(events_of(ReplayOptions(path))) == 2000


def test_the_process_says_where_it_listens_and_what_it_cost(tmp_path: Path) -> None:
    path = str(tmp_path / "a.jsonl.zst")
    write_recording(path, 1000, accounts_count=1000)
    code = "import sys; from benchmarks.serving import *; replay(ReplayOptions(sys.argv[1], port=0))"
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code, path],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    ) as process:
        assert process.stdout is not None
        said = orjson.loads(process.stdout.readline())
        assert said["events"] == 1000

        async def listen() -> None:
            async with connect(said["listening"], compression=None) as client:
                for _ in range(1000):
                    await asyncio.wait_for(client.recv(), 10)

        asyncio.run(asyncio.wait_for(listen(), 30))
        process.send_signal(signal.SIGTERM)
        words = [orjson.loads(line) for line in process.stdout]
        assert process.wait(10) == 0
    assert words[0] == {"faults": {}}
    assert words[1]["cost"]["sent"] == 1000


def test_bad_options_are_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "a.jsonl")
    write_recording(path, 10, accounts_count=1000)
    for speed in ("0", "-1", "fast"):
        with pytest.raises(ValueError, match=r"speed|float"):
            replay(ReplayOptions(path, speed=speed))
    with pytest.raises(RecordingError):
        replay(ReplayOptions(str(tmp_path / "missing.jsonl")))


def test_a_producer_keeps_a_store_up_with_the_clock() -> None:
    async def test() -> None:
        store = Store(live=True)
        start_us = int(time.time() - 3) * 1_000_000  # three seconds are due at once, then it is paced
        simulation = Simulation(1, start_us, 500, hourly=False, accounts_count=100)
        producer = asyncio.create_task(keep_up(store, simulation.events()))
        while len(store) < 2500:
            await asyncio.sleep(0.01)
            assert not len(store) or store.time_us(len(store) - 1) <= time.time() * 1e6
        producer.cancel()
        expected = islice(Simulation(1, start_us, 500, hourly=False, accounts_count=100).events(), 2500)
        assert list(store.lines(0, 2500)) == [line for _, line in expected]

    asyncio.run(asyncio.wait_for(test(), 50))
