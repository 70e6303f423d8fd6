"""The group as a whole, as processes: it recovers from any death, stops in order and leaves no orphan."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from benchmarks.simulator import write_recording
from collector.supervisor import _next_pause
from ops.audit import audit
from tests.collector.test_end_to_end import served

CHECKOUT = Path(__file__).parents[2]
EVENTS = 30_000


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated minute, some of it poisonous."""
    path = tmp_path_factory.mktemp("recording") / "minute.jsonl.zst"
    write_recording(path, EVENTS, seed=11, poison_share=0.002)
    return path


class Collector:
    """`skytally collect` in a process of its own."""

    def __init__(self, conninfo: str, url: str, *flags: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ops", "collect", "--network", "test", "--source", url, "--fold-interval-s", "0.2",
             "--reconnect-s-min", "0.1", *flags],
            cwd=CHECKOUT, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "DATABASE_URL": conninfo, "PYTHONPATH": str(CHECKOUT)},
        )  # fmt: skip
        self.said_all = False

    def children(self) -> list[int]:
        """The pids of the group, in the order they were started: workers, roller, reader."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [pid for pid in map(int, listed) if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]

    def kill(self) -> None:
        self.process.kill()
        self.end(None)

    def end(self, expected: int | None = 0) -> str:
        _, said = self.process.communicate(timeout=40)
        self.said_all = True
        assert expected is None or self.process.returncode == expected, said
        return said


@contextmanager
def collecting(conninfo: str, url: str, *flags: str) -> Iterator[Collector]:
    collector = Collector(conninfo, url, *flags)
    try:
        yield collector
    finally:
        if not collector.said_all:
            collector.kill()


def wait_for(what: Callable[[], object], seconds: float = 20.0) -> None:
    end_at = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end_at, "it did not happen"
        time.sleep(0.02)


def events_of(database: psycopg.Connection) -> int:
    row = database.execute("select sum(events)::int from lane").fetchone()
    assert row is not None
    return int(row[0] or 0)


@pytest.mark.parametrize(
    "victim", ["worker 0", *(pytest.param(name, marks=pytest.mark.long) for name in ("worker 1", "roller", "reader"))]
)
def test_a_group_one_of_whose_processes_is_killed_starts_again_and_counts_right(
    conninfo: str, database: psycopg.Connection, recording: Path, victim: str
) -> None:
    with served(recording, speed=12) as url, collecting(conninfo, url, "--until-idle", "1.5") as collector:
        wait_for(lambda: events_of(database) > 3000)
        pid = dict(zip(("worker 0", "worker 1", "roller", "reader"), collector.children(), strict=True))[victim]
        os.kill(pid, signal.SIGKILL)
        said = collector.end()
    assert f"{victim} ended (killed by SIGKILL); starting again from the checkpoint" in said
    report = audit(database, [recording])
    assert report.diff == 0, report.text()
    assert database.execute("select count(*) from epoch").fetchone() == (2,)


@pytest.mark.long
def test_a_killed_supervisor_takes_its_group_along_and_the_next_one_goes_on(
    conninfo: str, database: psycopg.Connection, recording: Path
) -> None:
    with served(recording, speed=12) as url:
        with collecting(conninfo, url) as collector:
            wait_for(lambda: events_of(database) > 3000)
            group = collector.children()
            collector.kill()
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in group))
        with collecting(conninfo, url, "--until-idle", "1.5") as collector:
            collector.end()
    report = audit(database, [recording])
    assert report.diff == 0, report.text()


def test_sigterm_under_load_ends_in_order_and_the_next_run_goes_on(
    conninfo: str, database: psycopg.Connection, recording: Path
) -> None:
    with served(recording) as url:
        with collecting(conninfo, url) as collector:
            wait_for(lambda: events_of(database) > 3000)
            group = collector.children()
            collector.process.send_signal(signal.SIGTERM)
            collector.end(0)
        assert not any(Path(f"/proc/{pid}").exists() for pid in group)
        assert database.execute("select count(*) from network_tally_0").fetchone() == (0,)
        assert database.execute("select count(*) from network_tally_1").fetchone() == (0,)
        with collecting(conninfo, url, "--until-idle", "1.5") as collector:
            collector.end()
    report = audit(database, [recording])
    assert report.diff == 0, report.text()


@pytest.mark.long
def test_a_worker_that_was_frozen_can_write_nothing_when_it_wakes_up(
    conninfo: str, database: psycopg.Connection, recording: Path
) -> None:
    with served(recording, speed=12) as url, collecting(conninfo, url, "--until-idle", "2") as collector:
        wait_for(lambda: events_of(database) > 3000)
        workers = collector.children()
        os.kill(workers[0], signal.SIGSTOP)
        # the group starts again while it sleeps: kill another, and the supervisor ends the frozen one with the rest
        os.kill(workers[1], signal.SIGKILL)
        collector.end()
    report = audit(database, [recording])
    assert report.diff == 0, report.text()


def test_a_second_collector_is_refused(conninfo: str, database: psycopg.Connection, recording: Path) -> None:
    with served(recording, speed=1) as url, collecting(conninfo, url) as first:
        wait_for(lambda: events_of(database) > 100)
        with collecting(conninfo, url) as second:
            assert "Another collector is running on this database." in second.end(4)
        first.process.send_signal(signal.SIGTERM)
        first.end(0)


def test_a_source_that_is_not_there_is_said_once_and_tried_again(conninfo: str, database: psycopg.Connection) -> None:
    with collecting(conninfo, "ws://127.0.0.1:9/subscribe") as collector:
        wait_for(
            lambda: (
                database.execute("select from vitals where detail like '%refused the connection'").fetchone()
                is not None
            )
        )
        collector.process.send_signal(signal.SIGTERM)
        said = collector.end(0)
    assert "connecting: 0 events" in said
    assert "Traceback" not in said


@pytest.mark.long
def test_when_the_first_source_fails_the_next_one_is_taken(
    conninfo: str, database: psycopg.Connection, recording: Path
) -> None:
    with served(recording) as url:
        both = f"ws://127.0.0.1:9/subscribe {url}"
        with collecting(conninfo, both, "--until-idle", "1", "--reconnect-s-max", "0.2") as collector:
            assert "changing to the next source" in collector.end()
    assert audit(database, [recording]).diff == 0


@pytest.mark.long
def test_while_no_source_answers_it_says_so_once_for_each(conninfo: str, database: psycopg.Connection) -> None:
    nowhere = "ws://127.0.0.1:9/subscribe ws://127.0.0.1:19/subscribe"
    with collecting(conninfo, nowhere, "--reconnect-s-max", "0.1") as collector:
        wait_for(lambda: (database.execute("select count(*) from epoch").fetchone() or (0,))[0] >= 5, 40)
        collector.process.send_signal(signal.SIGTERM)
        said = collector.end(0)
    assert said.count("changing to the next source") <= 3
    assert "ended (" not in said


def test_a_group_that_counted_is_not_kept_waiting_however_often_it_is_killed() -> None:
    pauses = {True: 0.1, False: 0.1}
    for counted in (True, False):
        for _ in range(20):
            pauses[counted] = _next_pause(pauses[counted], 1.0, counted)
    assert pauses == {True: 2.0, False: 10.0}
    assert _next_pause(10.0, 11.0, False) == 0.1
