"""Faults of hosts: the first one goes away in mid-stream, a second one with other times takes over, and back."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.faults import FaultOptions
from benchmarks.host import as_other_host
from benchmarks.recording import Writer
from benchmarks.store import Store
from ops.audit.frames import Refused, judge
from tests.faults.hosts import Host
from tests.faults.process import wait_for
from tests.faults.run import Fault
from tests.faults.stage import SPAN_S, NotFired, Stage

_LAG_US_MAX = 60_000_000
_CHANGED = "changing to the next source"


def there(stage: Stage) -> None:
    """From the first host to the second."""
    leave(stage)
    stage.end()
    on_hosts(stage, 2)


def there_and_back(stage: Stage) -> None:
    """The second one goes away too, when the first is there again."""
    second = leave(stage)
    stage.reach(stage.random.uniform(0.65, 0.8))
    stage.host.start()
    second.stop()
    stage.end()
    on_hosts(stage, 3)


def there_and_back_killed(stage: Stage) -> None:
    """On the way a worker is killed, on either host."""
    second = leave(stage)
    stage.kill(stage.random.choice(("worker 0", "reader")))
    stage.reach(stage.random.uniform(0.65, 0.8))
    stage.host.start()
    epoch = stage.watch.now.epoch
    second.stop()
    stage.must_start_again(epoch)
    stage.kill("worker 1")
    stage.end()
    on_hosts(stage, 3)


def leave(stage: Stage, faults: FaultOptions | None = None, span_s: float = SPAN_S) -> Host:
    """Begin on the first host, stop it somewhere in mid-stream, and wait for the change; the second host, which has
    these faults and plays all it has in so many seconds."""
    store = without_unkeyed(stage)
    lag_us = round(stage.random.uniform(-_LAG_US_MAX, _LAG_US_MAX))
    other = as_other_host(store, stage.seed + 1, lag_us)
    stage.recordings.append(write(stage, "second-host", other))
    second = stage.hosts.host(other, span_s, faults)
    stage.play(store=store)
    stage.collect(stage.host.url, second.url)
    stage.reach(stage.random.uniform(0.1, 0.5))
    epoch = stage.watch.now.epoch
    stage.struck()
    stage.host.stop()
    stage.expect(_CHANGED)
    stage.must_start_again(epoch)
    stage.notes.append(f"{lag_us / 1e6:+.0f} s")
    return second


def without_unkeyed(stage: Stage) -> Store:
    """The recording without what has no event key.

    Each host's frame of it stands in quarantine for itself, and how much of it a host delivered before it went away
    nobody knows.
    """
    store, now_us = Store(), time.time_ns() // 1000
    for time_us, line in Store.load(stage.recording).events():
        seen = judge(line, now_us)
        if not (isinstance(seen, Refused) and isinstance(seen.identity, bytes)):
            store.append(time_us, line)
    stage.recordings = [write(stage, "first-host", store)]
    return store


def write(stage: Stage, name: str, store: Store) -> Path:
    """What a host serves, as a recording."""
    path = stage.folder / f"{name}.jsonl"
    with Writer(path) as writer:
        for line in store.lines():
            writer.write(line)
    return path


def on_hosts(stage: Stage, least: int) -> None:
    """The proof: runs on so many hosts, one after another."""
    if not wait_for(lambda: stage.collector.said().count(_CHANGED) >= least - 1, 0):
        raise NotFired(f"the host changed less than {least - 1} times")


FAULTS = [
    Fault("to the second host", there, runs=2),
    Fault("to the second host and back", there_and_back, runs=3),
    Fault("to the second host and back, killed", there_and_back_killed),
]
