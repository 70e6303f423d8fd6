"""Faults of the database: crashes that lose what was committed asynchronously, lost sessions, locks."""

from __future__ import annotations

import os
import signal
import time

from collector.batch import Position
from collector.checkpoint import begin_epoch
from collector.cursors import OLDEST_CURSOR
from sql.session import connect
from tests.faults.process import wait_for
from tests.faults.run import POSTGRES_S_MAX, Fault
from tests.faults.stage import NotFired, Stage
from tests.faults.watch import Sample

_LOCK_S = 1.0


def crashed(name: str, number: int) -> Fault:
    """The whole server dies and its keeper starts it again; a signal to the postmaster decides how."""

    def play(stage: Stage) -> None:
        stage.begin()
        crash(stage, number)
        stage.end()

    return Fault(name, play, POSTGRES_S_MAX, traces=True)


def commits_lost(stage: Stage) -> None:
    """Nothing but the epoch was ever made durable: the crash takes back transactions that had been seen."""
    stage.settings["fold-interval-s"] = "20"
    stage.begin()
    before, after = crash(stage, signal.SIGQUIT)
    stage.end()
    if after.events >= before.events:
        raise NotFired("not one commit was lost")


def crashed_again(stage: Stage) -> None:
    """A crash, and another one while the group recovers from it."""
    stage.begin()
    crash(stage, signal.SIGKILL)
    time.sleep(stage.random.uniform(0, 0.6))
    crash(stage, signal.SIGQUIT)
    stage.end()


def crash(stage: Stage, number: int) -> tuple[Sample, Sample]:
    """Strike the postmaster; what was counted at the last before it and at the first after it."""
    before = strike(stage, number)
    stage.must_start_again(before.epoch)
    after = next(sample for sample in stage.watch.samples if sample.epoch > before.epoch)
    stage.notes.append(f"{max(before.events - after.events, 0)} events lost and read again")
    return before, after


def strike(stage: Stage, number: int) -> Sample:
    """Strike the postmaster, and wait for the next one; what was counted at the last."""
    postmaster = stage.server.postmaster()
    before = stage.watch.now
    stage.struck()
    stage.server.signal(number)
    if not wait_for(lambda: stage.server.is_up_since(postmaster)):
        raise NotFired("the server went on, or never came back")
    return before


def epoch_kept(stage: Stage) -> None:
    """What fences off earlier runs is on disk before anybody acts on it, whatever else is lost."""
    stage.recordings = []
    position = Position(OLDEST_CURSOR, OLDEST_CURSOR)
    with connect(stage.conninfo, "skytally_collector", "supervisor of a fault") as connection:
        connection.execute("set synchronous_commit = off")
        begin_epoch(connection, "here", position)
        epoch = begin_epoch(connection, "there", position)
        connection.execute("update lane set duplicates = 1")
        strike(stage, signal.SIGQUIT)
    if stage.one("select max(duplicates) from lane"):
        raise NotFired("nothing was lost")
    assert stage.one("select max(epoch) from epoch") == stage.one("select min(epoch) from lane") == epoch


def backend_killed(stage: Stage) -> None:
    """One backend is killed with SIGKILL: Postgres ends all sessions and recovers."""
    stage.begin()
    epoch = stage.watch.now.epoch
    stage.struck()
    os.kill(backend(stage, "skytally worker"), signal.SIGKILL)
    stage.must_start_again(epoch)
    stage.end()


def session_ended(part: str) -> Fault:
    """One session is ended by the server: a connection lost without any crash."""

    def play(stage: Stage) -> None:
        stage.begin()
        epoch = stage.watch.now.epoch
        pid = backend(stage, f"skytally {part}")
        stage.struck()
        if not stage.one(f"select pg_terminate_backend({pid})::int"):
            raise NotFired("there was nothing to end")
        stage.must_start_again(epoch)
        stage.end()

    return Fault(f"session of {part} ended", play, POSTGRES_S_MAX, runs=2, traces=True)


def lanes_locked(stage: Stage) -> None:
    """Somebody holds the lanes for a while: the workers wait, and nothing else happens."""
    stage.begin()
    with stage.database() as connection, connection.transaction():
        connection.execute("select from lane for update")
        time.sleep(_LOCK_S)
        waiting = stage.one("select count(*) from pg_locks where not granted")
    stage.end()
    stage.notes.append(f"{waiting} waited")
    if not waiting:
        raise NotFired("nobody waited for the lanes")


def backend(stage: Stage, name: str) -> int:
    """The process of a session of the collector in this run's database."""
    query = (
        "select pid from pg_stat_activity where datname = current_database()"
        f" and application_name like '{name}%' order by application_name limit 1"
    )
    if not wait_for(lambda: stage.one(query)):  # it may begin a moment after the others
        raise NotFired(f"there is no session of {name}")
    return stage.one(query)


FAULTS = [
    crashed("postmaster killed", signal.SIGKILL),
    crashed("postgres restarted at once", signal.SIGQUIT),
    Fault("commits lost", commits_lost, POSTGRES_S_MAX, traces=True),
    Fault("crashed twice", crashed_again, POSTGRES_S_MAX, traces=True),
    Fault("backend killed", backend_killed, POSTGRES_S_MAX, traces=True),
    session_ended("worker"),
    session_ended("roller"),
    session_ended("supervisor"),
    Fault("lanes locked", lanes_locked, runs=1),
    Fault("epoch kept", epoch_kept, traces=True),
]
