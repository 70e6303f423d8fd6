"""Metrics as Prometheus gets them: scraped from a running collector and a running site, against what they counted."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from benchmarks.simulator import write_recording
from collector.settings import CollectorSettings
from collector.vitals import EVENTS as EVENTS_SHOWN
from ops.metrics import collector, web
from ops.metrics.exposition import MEDIA, Metric
from ops.metrics.listener import _server, _Unix
from ops.metrics.stored import Stored
from sql import statement
from tests.collector.test_end_to_end import served
from tests.ops.command import Running, running, skytally
from tests.ops.prometheus import promtool
from tests.ops.test_cli_running import got, site
from web.app import ROUTES

EVENTS = 6000
Scrape = dict[str, dict[str, float]]
"""Values by name, and by the text of the labels."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recording") / "minute.jsonl.zst"
    write_recording(path, EVENTS, seed=7, poison_share=0.002)
    return path


def scraped(where: str) -> Scrape:
    """What a listener shows."""
    status, media, body = asked(where, "/metrics")
    assert (status, media) == (200, MEDIA)
    found: Scrape = defaultdict(dict)
    for line in body.splitlines():
        if not line.startswith("#"):
            name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()  # type: ignore[union-attr]
            found[name][labels or ""] = float(value)
    return found


def asked(where: str, path: str) -> tuple[int, str, str]:
    if where.startswith("/"):
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(where)
    else:
        connection = http.client.HTTPConnection(where, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()
    finally:
        connection.close()


def metrics_of(command: Running) -> str:
    """Where the command says that they are."""
    words = "metrics are at http://"
    command.until(lambda: words in command.err)
    return command.err.split(words, 1)[1].split("/metrics", 1)[0]


def missing(metrics: tuple[Metric, ...], found: Scrape) -> set[str]:
    """What is declared and not shown."""
    return {m.name for m in metrics if (f"{m.name}_count" if m.kind == "histogram" else m.name) not in found}


def total(found: Scrape, name: str, pattern: str = ".*") -> float:
    return sum(value for labels, value in found[name].items() if re.fullmatch(pattern, labels))


def test_a_scrape_of_the_collector_is_what_it_has_counted_and_goes_on_when_its_group_dies(
    conninfo: str, database: psycopg.Connection, recording: Path, tmp_path: Path
) -> None:
    def until(what: Callable[[Scrape], bool]) -> Scrape:
        found: Scrape = {}

        def there() -> bool:
            nonlocal found
            found = scraped(where)
            return what(found)

        command.until(there, 60)
        return found

    backup = {"at": datetime(2026, 7, 4, tzinfo=UTC), "bytes": 1 << 40}
    database.execute(statement("backup/note"), backup)
    given = {"DATABASE_URL": conninfo, "SKYTALLY_NETWORK": "test", "SKYTALLY_METRICS_LISTEN": "127.0.0.1:0"}
    flags = ("--fold-interval-s", "0.2", "--board-interval-s", "0.5", "--selfcheck-interval-s", "0.5")
    with served(recording) as url, running(tmp_path / "c", "collect", "--source", url, *flags, **given) as command:
        where = metrics_of(command)
        assert asked(where, "/")[0] == 404
        first = until(
            lambda found: total(found, "skytally_batch_frames_sum") >= EVENTS
            and total(found, "skytally_boards_made_total") > 3
            and total(found, "skytally_selfcheck_timestamp_seconds") > 0
        )
        compare(first, database)
        os.kill(children(command.pid)[0], signal.SIGKILL)
        second = until(
            lambda found: total(found, "skytally_group_starts_total") == 2
            and total(found, "skytally_duplicates_total") > total(first, "skytally_duplicates_total")
        )
        assert total(second, "skytally_events_total") == total(first, "skytally_events_total") == counted(database)
        assert total(second, "skytally_received_frames_total") > total(first, "skytally_received_frames_total")
        checked = asked(where, "/metrics")[2]
        assert command.signalled(signal.SIGTERM).code == 0
    well_formed(checked)


def counted(database: psycopg.Connection) -> int:
    row = database.execute("select sum(events)::int from lane").fetchone()
    assert row is not None
    return int(row[0] or 0)


def children(pid: int) -> list[int]:
    """The processes of a group, in the order they were started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [child for child in map(int, listed) if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]


def compare(found: Scrape, database: psycopg.Connection) -> None:
    """Every metric is there, and says what the database does."""
    assert missing(collector.METRICS, found) == {"skytally_disk_free_bytes", "skytally_disk_size_bytes"}
    query = """
        select name, operation::text, count(*)
        from event join collection on collection.id = event.collection group by 1, 2
    """
    shown = {name for name, _ in EVENTS_SHOWN}
    expected: dict[str, float] = defaultdict(float)
    for name, operation, n in database.execute(query):
        called = {"c": "create", "u": "update", "d": "delete", "e": "event"}[operation]
        expected[f'collection="{name if name in shown else "other"}",operation="{called}"'] += n
    assert {labels: n for labels, n in found["skytally_events_total"].items() if n} == expected
    reasons = database.execute("select reason, count(*) from quarantine group by 1").fetchall()
    assert {labels: n for labels, n in found["skytally_quarantined_total"].items() if n} == {
        f'reason="{reason}"': n for reason, n in reasons
    }
    copied = found["skytally_copied_rows_total"]
    assert copied['table="event"'] == counted(database) == found["skytally_durable_seconds_count"][""]
    assert copied['table="network_tally"'] > 0
    assert total(found, "skytally_batch_frames_sum") == total(found, "skytally_received_frames_total")
    size = database.execute("select pg_database_size(current_database())").fetchone()
    assert size is not None
    assert found["skytally_database_size_bytes"][""] == pytest.approx(size[0], rel=0.5)
    assert set(found["skytally_process_resident_memory_bytes"]) == {
        f'process="{name}"' for name in ("supervisor", "worker 0", "worker 1", "roller", "reader")
    }
    assert found["skytally_partitions"]['table="event"'] >= 1
    assert found["skytally_database_up"][""] == 1
    assert found["skytally_connected"][""] == 1
    assert found["skytally_selfcheck_differences"][""] == 0
    assert found["skytally_backup_timestamp_seconds"][""] == datetime(2026, 7, 4, tzinfo=UTC).timestamp()
    assert found["skytally_backup_size_bytes"][""] == 1 << 40


def well_formed(text: str) -> None:
    checked = subprocess.run([promtool(), "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert "error while" not in checked.stderr, checked.stderr


def test_while_the_database_is_away_that_is_what_is_shown(tmp_path: Path) -> None:
    settings = CollectorSettings()
    text = collector.CollectorMetrics(settings, "host=127.0.0.1 port=1", tmp_path).text()
    assert "\nskytally_database_up 0\n" in text
    assert "skytally_database_size_bytes" not in text
    assert "\nskytally_disk_size_bytes " in text


def test_a_database_that_refuses_a_question_is_not_away(conninfo: str, database: psycopg.Connection) -> None:
    database.execute("alter table fold rename to folded")
    assert Stored(conninfo).samples() == {("skytally_database_up", ()): 1}


def test_a_scrape_of_the_site_is_all_its_processes_and_goes_on_when_one_dies(conninfo: str, tmp_path: Path) -> None:
    where = str(tmp_path / "metrics.sock")
    flags = ("--web-port", 0, "--web-processes", 2, "--web-metrics-listen", where)
    with running(tmp_path / "web", "web", *flags, DATABASE_URL=conninfo) as command:
        home = site(command, "the site is at ")
        command.until(lambda: got(f"{home}/")[0] == 200)
        for path in ("/api/v1/top/accounts", "/api/v1/top/accounts", "/nowhere", "/api/v1/top/accounts?x=1", "/status"):
            got(f"{home}{path}")
        assert oct(os.stat(where).st_mode & 0o777) == "0o660"
        of_status = 'route="/status",status="200"'
        command.until(lambda: of_status in scraped(where)["skytally_web_requests_total"])  # noted once it was answered
        found = scraped(where)
        requests = found["skytally_web_requests_total"]
        assert requests['route="/api/v1/top/accounts",status="200"'] == 2
        assert requests['route="/api/v1/top/accounts",status="400"'] == 1
        assert requests['route="none",status="404"'] == 1
        assert requests[of_status] == 1
        assert total(found, "skytally_web_answers_total", 'route="/api/v1/top/accounts",.*') == 2
        assert total(found, "skytally_web_answers_made_total", 'route="/api/v1/top/accounts"') >= 1
        assert total(found, "skytally_web_request_seconds_count") == total(found, "skytally_web_requests_total")
        assert missing(web.METRICS, found) == set()
        assert set(found["skytally_web_process_starts_total"].items()) == {('process="web"', 1), ('process="web 2"', 1)}
        for pid in children(command.pid):
            os.kill(pid, signal.SIGKILL)
        command.until(lambda: total(scraped(where), "skytally_web_process_starts_total") == 4)
        command.until(lambda: got_or_nothing(f"{home}/api/v1/top/accounts") == 200)
        of_boards = 'route="/api/v1/top/accounts",status="200"'
        command.until(lambda: scraped(where)["skytally_web_requests_total"][of_boards] >= 3)
        text = asked(where, "/metrics")[2]
        assert command.signalled(signal.SIGTERM).code == 0
    assert not os.path.exists(where)
    well_formed(text)


def got_or_nothing(url: str) -> int:
    try:
        return got(url)[0]
    except OSError:
        return 0


def test_a_port_that_is_taken_and_one_that_others_reach_are_one_line_each(conninfo: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        where = f"127.0.0.1:{listener.getsockname()[1]}"
        given = {"DATABASE_URL": conninfo, "SKYTALLY_NETWORK": "test"}
        done = skytally("collect", "--metrics-listen", where, **given)
        said = f"skytally: can not listen on {where}: address already in use; choose another --metrics-listen\n"
        assert (done.code, done.err) == (4, said)
    done = skytally("config", "--web-metrics-listen", "0.0.0.0:9421")
    assert (done.code, "a loopback address with its port (127.0.0.1:9420)" in done.err) == (2, True)


def test_a_client_that_goes_away_leaves_nothing_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    server = _server("metrics_listen", "127.0.0.1:0", lambda: "x" * 10_000_000)
    assert not isinstance(server, _Unix)
    with server:
        theirs, ours = socket.socketpair()
        theirs.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        theirs.close()
        server.process_request_thread(ours, ("", 0))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:9420", 200), ("127.0.0.1:9420", 200), ("[::1]:9420", 200), ("", 200), ("evil.example", 421),
     ("127.0.0.1.evil.example:9420", 421), ("[evil]:1", 421)],
)  # fmt: skip
def test_a_name_that_was_made_to_mean_this_machine_reads_nothing(host: str, status: int) -> None:
    server = _server("metrics_listen", "127.0.0.1:0", lambda: "secret 1\n")
    assert not isinstance(server, _Unix)
    with server:
        theirs, ours = socket.socketpair()
        theirs.sendall(f"GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        server.process_request_thread(ours, ("", 0))
        answer = theirs.makefile("rb").read()
        theirs.close()
    assert int(answer.split()[1]) == status
    assert (b"secret" in answer) is (status == 200)


def test_every_route_is_known_once() -> None:
    assert len(ROUTES) == len(set(ROUTES))
