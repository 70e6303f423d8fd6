"""What systemd is told, by real processes on a real datagram socket, and the listening socket that it hands over."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest

from collector.progress import Snapshot
from ops.service import Service, is_ready
from tests.collector.test_end_to_end import served
from tests.collector.test_supervisor import recording, wait_for  # noqa: F401 - a fixture
from tests.ops.command import ROOT, environment, running
from tests.service.manager import Manager
from tests.service.unit import handed_over

NOWHERE = "ws://127.0.0.1:1/subscribe"


@pytest.fixture(params=["a path", "an abstract name"])
def manager(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Manager]:
    found = Manager(str(tmp_path / "notify") if request.param == "a path" else f"@skytally-test-{os.getpid()}")
    yield found
    found.socket.close()


def test_a_collector_is_ready_once_it_counts_feeds_the_watchdog_and_says_that_it_stops(
    conninfo: str,
    database: psycopg.Connection,
    recording: Path,  # noqa: F811
    manager: Manager,
    tmp_path: Path,
) -> None:
    given = {"DATABASE_URL": conninfo, "SKYTALLY_NETWORK": "test", "NOTIFY_SOCKET": manager.name}
    with (
        served(recording, speed=2) as url,
        running(tmp_path / "collect", "collect", "--source", url, **given) as collector,
    ):
        collector.until(lambda: manager.told().count("WATCHDOG=1") >= 3)
        told = list(manager.told())
        assert told.count("READY=1") == 1
        # catching up counts: the recording is months behind the clock, and by then some of it is durable
        assert database.execute("select sum(events) > 0 from lane").fetchone() == (True,)
        assert told.index("READY=1") < told.index("WATCHDOG=1")
        assert any(line.startswith("STATUS=reading: ") for line in told)
        assert collector.signalled(signal.SIGTERM).code == 0
    after = manager.told()[len(told) :]
    assert after.count("STOPPING=1") == 1
    assert "WATCHDOG=1" not in after[after.index("STOPPING=1") :]


def test_a_collector_whose_source_is_away_is_not_ready_says_why_and_gets_more_time_to_start(
    conninfo: str, tmp_path: Path
) -> None:
    manager = Manager(str(tmp_path / "notify"))
    given = {"DATABASE_URL": conninfo, "SKYTALLY_NETWORK": "test", "NOTIFY_SOCKET": manager.name}
    with running(tmp_path / "collect", "collect", "--source", NOWHERE, **given) as collector:
        collector.until(lambda: any("refused the connection" in line for line in manager.told()))
        collector.until(lambda: manager.told().count("EXTEND_TIMEOUT_USEC=120000000") >= 2)
    assert not {"READY=1", "WATCHDOG=1"} & set(manager.told())
    manager.socket.close()


@pytest.mark.parametrize(
    ("state", "lag_s", "counted", "ready"),
    [
        ("reading", 0.5, 0, True),
        ("reading", 3600.0, 0, False),
        ("reading", 3600.0, 1, True),
        ("reading", None, 1, False),
        ("connecting", 0.5, 1, False),
        ("paused", 0.5, 1, False),
    ],
)
def test_ready_is_near_the_clock_or_on_the_way_there(
    state: str, lag_s: float | None, counted: int, ready: bool
) -> None:
    for events, quarantined, duplicates in ((counted, 0, 0), (0, counted, 0), (0, 0, counted)):
        assert is_ready(Snapshot(events, 0.0, lag_s, 0, quarantined, duplicates, state, "")) == ready


def test_without_anybody_who_listens_nothing_is_said_and_nothing_fails(tmp_path: Path) -> None:
    for named in ("", str(tmp_path / "nobody"), "@nobody"):
        Service({"NOTIFY_SOCKET": named}).ready()


@contextmanager
def web(listener: socket.socket, folder: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """`skytally web` as systemd starts it: its listening socket is descriptor 3, LISTEN_PID its own."""
    with (folder / "err").open("ab") as err:
        process = subprocess.Popen(
            handed_over(listener, [sys.executable, "-m", "ops", "web"]), cwd=ROOT, stderr=err,
            env=environment(LISTEN_FDS="1", **variables), pass_fds=[listener.fileno()],
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Reader(threading.Thread):
    """Asks again and again, each time on a connection of its own, once more where that was closed unread: as nginx."""

    def __init__(self, path: str) -> None:
        super().__init__(daemon=True)
        self._path, self._over = path, threading.Event()
        self.answers: dict[object, int] = {}

    def run(self) -> None:
        while not self._over.wait(0.005):
            status = self._ask() or self._ask()
            self.answers[status] = self.answers.get(status, 0) + 1

    def end(self) -> dict[object, int]:
        self._over.set()
        self.join()
        return self.answers

    def _ask(self) -> int | None:
        connection = HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.sock.connect(self._path)
            connection.request("GET", "/")
            return connection.getresponse().status
        except (ConnectionError, urllib.error.URLError):
            return None
        finally:
            connection.close()


def test_sites_on_a_socket_that_is_handed_over_are_restarted_one_after_another_and_nobody_notices(
    conninfo: str, tmp_path: Path
) -> None:
    manager = Manager(str(tmp_path / "notify"))
    path = str(tmp_path / "web.sock")
    given = {"DATABASE_URL": conninfo, "NOTIFY_SOCKET": manager.name, "SKYTALLY_WEB_MISSES_PER_SECOND": "0"}

    def ready(count: int) -> None:
        wait_for(lambda: manager.told().count("READY=1") >= count, 40)

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(128)
        reader = Reader(path)
        with web(listener, tmp_path, **given) as first, web(listener, tmp_path, **given) as second:
            ready(2)
            reader.start()
            for number, old in enumerate((first, second), start=3):
                before = sum(reader.answers.values())
                wait_for(lambda before=before: sum(reader.answers.values()) > before + 20)  # type: ignore[misc]
                old.send_signal(signal.SIGTERM)
                assert old.wait(30) == 0
                if number == 3:
                    new = web(listener, tmp_path, **given)
                    new.__enter__()
                    ready(3)
            before = sum(reader.answers.values())
            wait_for(lambda: sum(reader.answers.values()) > before + 20)
            assert set(reader.end()) == {200}
            new.__exit__(None, None, None)
    manager.socket.close()
    assert "Traceback" not in (tmp_path / "err").read_text()
