"""Rivals: a second roller, a second collector; and an end in order under load, with the next one after it."""

from __future__ import annotations

import threading
import time

import psycopg

from collector.rollup import Fold
from sql.session import connect
from tests.faults.recordings import EVENTS, recording
from tests.faults.run import PROCESS_S_MAX, Fault
from tests.faults.stage import NotFired, Stage

_STOP_S_MAX = 10.0
_LOAD_EVENTS = 8 * EVENTS
_ALREADY_RUNNING = 4  # exit code


def two_rollers(stage: Stage) -> None:
    """Another roller folds as fast as it can all the time."""
    done, folds = threading.Event(), [0]

    def roll() -> None:
        with connect(stage.conninfo, "skytally_roller", "second roller") as connection:
            while not done.wait(0.005):
                try:
                    folds[0] += bool(Fold(connection).fold().minutes)
                except (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable):
                    continue

    thread = threading.Thread(target=roll)
    thread.start()
    try:
        stage.begin()
        stage.kill("roller")
        stage.end()
    finally:
        done.set()
        thread.join()
    stage.notes.append(f"{folds[0]} folds of the second")
    if folds[0] < 3:
        raise NotFired("the second roller folded hardly anything")


def two_collectors(stage: Stage) -> None:
    """A second collector on the same database is refused, and changes nothing."""
    stage.begin()
    first = stage.collector
    stage.collect()
    second, stage.collector = stage.collector, first
    code = second.end()
    stage.end()
    if code != _ALREADY_RUNNING:
        raise NotFired(f"the second collector ended with {code}")


def sigterm_under_load(stage: Stage) -> None:
    """Flat out, told to end: it does in time and in order, and the next one goes on."""
    stage.recordings = [recording(stage.folder.parent, stage.seed, _LOAD_EVENTS)]
    stage.exactly()
    stage.settings["queue-bytes-max"] = str(1 << 20)  # full at once
    stage.play(span_s=0)
    stage.collect()
    stage.reach(stage.random.uniform(0.2, 3.0))
    begun = time.monotonic()
    stage.collector.terminate()
    stage.ended()
    took_s = time.monotonic() - begun
    stage.notes.append(f"{stage.watch.now.events} events, ended in {took_s:.1f} s")
    assert took_s <= _STOP_S_MAX, "it took too long to end"
    assert not stage.orphans(), "it left processes"
    left = "select (select count(*) from network_tally_0) + (select count(*) from network_tally_1)"
    assert stage.one(left) == 0, "tallies were not folded"
    if stage.one("select sum(events) from lane") >= _LOAD_EVENTS * 0.97:
        raise NotFired("there was no load any more")
    stage.collect()
    stage.end()


FAULTS = [
    Fault("two rollers", two_rollers, PROCESS_S_MAX, runs=2),
    Fault("two collectors", two_collectors, runs=1),
    Fault("sigterm under load", sigterm_under_load, runs=2),
]
