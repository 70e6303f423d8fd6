"""Processes that stop and go on: a frozen worker, all of them one after another, and true zombies of an earlier run."""

from __future__ import annotations

import os
import signal
import time

import psycopg

from benchmarks.store import Store
from collector.boards import Boards
from collector.errors import Fenced
from collector.worker import Worker
from tests.collector.rig import Rig
from tests.faults.process import GROUP, is_stopped, wait_for
from tests.faults.run import PROCESS_S_MAX, Fault
from tests.faults.stage import NotFired, Stage

_BATCH = 100


def worker_frozen(stage: Stage) -> None:
    """A worker sleeps and falls behind, another process dies, and the group starts again without it.

    SIGKILL ends a stopped process too, so it never wakes up: what is proved is that the restart does not wait for it,
    and that all it had not done is done by the next one. Who does wake up: `stragglers`, and `zombies` here.
    """
    stage.exactly()
    stage.begin()
    group = stage.group()
    frozen = group["worker 0"]
    os.kill(frozen, signal.SIGSTOP)
    if not wait_for(lambda: is_stopped(frozen)):
        raise NotFired("it did not stop")
    time.sleep(0.5)
    stage.kill("worker 1")
    assert wait_for(lambda: not os.path.exists(f"/proc/{frozen}"), 20), "it outlived its group"
    stage.end()


def swizzle(stage: Stage) -> None:
    """All of the group are stopped one by one and go on in another order."""
    stage.begin()
    pids = list(stage.group().values())
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(stage.random.uniform(0, 0.1))
    if not wait_for(lambda: all(map(is_stopped, pids)), 2):
        raise NotFired("not all of them stopped")
    stage.random.shuffle(pids)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
        time.sleep(stage.random.uniform(0, 0.1))
    stage.end()


def frozen(name: str) -> Fault:
    """One process is stopped for a moment and goes on where it was."""

    def strike(stage: Stage) -> None:
        stage.begin()
        pid = stage.group()[name]
        os.kill(pid, signal.SIGSTOP)
        if not wait_for(lambda: is_stopped(pid)):
            raise NotFired("it did not stop")
        time.sleep(stage.random.uniform(0.2, 1.0))
        os.kill(pid, signal.SIGCONT)
        stage.end()

    return Fault(f"{name} frozen for a moment", strike, runs=1)


def zombies(stage: Stage) -> None:
    """Workers of earlier runs, whose sessions live on, write whatever they still hold at any later moment."""
    rig = Rig(stage.conninfo, stage.folder)
    frames = list(Store.load(stage.recording).lines())
    left: list[tuple[Worker, list[bytes]]] = []
    fenced = 0
    for number, first in enumerate(range(0, len(frames), _BATCH)):
        batch = frames[first : first + _BATCH]
        if stage.random.random() < 0.08:
            left.append((rig.worker, batch))
            rig.restart()
        rig.hand(*batch, at=number)
        if left and stage.random.random() < 0.1:
            fenced += _rises(rig, *stage.random.choice(left), number)
        if stage.random.random() < 0.3:
            rig.fold()
    rig.fold()
    Boards(rig.roller, rig.settings.board_rows, 40).refresh()
    rig.close()
    stage.notes.append(f"{fenced} refused")
    if not fenced:
        raise NotFired("no zombie tried to write")


def _rises(rig: Rig, zombie: Worker, batch: list[bytes], at: int) -> int:
    """A zombie hands its batch in; 1, because it is refused."""
    living, rig.worker = rig.worker, zombie
    try:
        rig.hand(*batch, at=at)
    except (Fenced, psycopg.OperationalError):
        return 1
    finally:
        rig.worker = living
    raise AssertionError("a zombie wrote")


FAULTS = [
    Fault("worker frozen, group restarted", worker_frozen, PROCESS_S_MAX, runs=2),
    Fault("swizzle", swizzle, runs=1),
    *[frozen(name) for name in GROUP if name != "worker 1"],
    Fault("zombies", zombies),
]
