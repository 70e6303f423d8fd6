"""Stragglers: a worker of an earlier run that was stopped, outlived its run, and wakes up to write in the next one.

On one machine the product makes none: the supervisor kills its group with SIGKILL, which ends stopped processes too,
and takes it along when it dies. A collector on another machine that is cut off does. So here the worker of the first
run is a process of the test, the real `collector.worker.run`, which stops itself at a point; then the real group
starts on the same database, and in mid-stream the straggler goes on where it was. Before its commit its session has
been ended by the new run; before it has a session, only the epoch in its compare-and-set keeps it out.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.store import Store
from collector import worker, writer
from collector.batch import Position, pack
from collector.checkpoint import begin_epoch
from collector.parent import run_child
from collector.queue import QueueWriter
from collector.settings import CollectorSettings
from collector.vitals import WorkerVitals
from sql.session import connect
from tests.faults.process import is_stopped, wait_for
from tests.faults.run import Fault
from tests.faults.stage import NotFired, Stage

_CONTEXT = multiprocessing.get_context("spawn")
_BATCH = 200
_BATCHES = 8
_END_S_MAX = 20.0


def comes_back(name: str, point: str, last_words: str) -> Fault:
    """A worker is stopped at a point; the next run goes on without it, and meets it again."""

    def strike(stage: Stage) -> None:
        stage.exactly()
        stage.play()
        stage.host.hold()
        said = stage.folder / "straggler"
        straggler = _first_run(stage, point, said)
        try:
            stage.collect()
            stage.reach(stage.random.uniform(0.3, 0.6))
            os.kill(straggler.pid or 0, signal.SIGCONT)
            straggler.join(_END_S_MAX)
            words = said.read_text()
            stage.notes.append(words.strip().rpartition("\n")[2])
            assert last_words in words, f"it ended with {straggler.exitcode}: {words}"
        finally:
            straggler.kill()
            straggler.join()
        stage.end()

    return Fault(name, strike, runs=2)


def _first_run(stage: Stage, point: str, said: Path) -> multiprocessing.context.SpawnProcess:
    """The worker of a run of its own, with batches waiting; stopped."""
    settings = CollectorSettings(source=(stage.host.url,), network="test", workers=1)
    store = Store.load(stage.recording)
    begin = Position(store.time_us(0), store.time_us(0))
    with connect(stage.conninfo, "skytally_collector", "supervisor of a straggler") as connection:
        epoch = begin_epoch(connection, stage.host.name, begin)
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(
        target=_straggle,
        args=(point, stage.random.randint(1, _BATCHES - 1), said, settings, stage.conninfo, stage.host.name, epoch,
              receiver, WorkerVitals(_CONTEXT)),
        daemon=True,
    )  # fmt: skip
    process.start()
    receiver.close()
    asyncio.run(_hand(sender, [_batch(store, number * _BATCH) for number in range(_BATCHES)]))
    if not wait_for(lambda: is_stopped(process.pid or 0)):
        process.kill()
        raise NotFired("it did not stop")
    return process


def _batch(store: Store, first: int) -> bytes:
    """Complete up to its last event."""
    at_us = store.time_us(first + _BATCH - 1)
    return pack(Position(at_us, at_us), list(store.lines(first, first + _BATCH)), [])


async def _hand(sender: Connection, batches: list[bytes]) -> None:
    queue = await QueueWriter.open(sender, 1 << 24)
    for batch in batches:
        queue.put(batch)
    await queue.close()


def _straggle(point: str, ordinal: int, said: Path, *arguments: object) -> None:
    """The process: a worker that stops itself when it passes a point for so many times."""
    sys.stderr = said.open("w", buffering=1)
    left = [ordinal]

    def stop_at(name: str) -> None:
        if name == point:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGSTOP)

    if point == "start":
        left[0] = 1
        stop_at(point)
    vars(writer)["crashpoint"] = stop_at
    settings, conninfo, host, epoch, pipe, vitals = arguments
    multiprocessing.current_process().name = "straggler"
    run_child(worker.__name__, settings, conninfo, host, epoch, 0, None, pipe, vitals)


FAULTS = [
    comes_back("old worker comes back, before its commit", "before_commit", "lost the database"),
    comes_back("old worker comes back, before its session", "start", "A newer run owns these lanes"),
]
