"""Commands that go on until they are told to stop: collector and site, with their source or their database away."""

from __future__ import annotations

import signal
import urllib.error
import urllib.request
from pathlib import Path

import orjson
import psycopg
import pytest

from tests.ops.command import Running, running, skytally

NOWHERE = "ws://127.0.0.1:1/subscribe"


def site(command: Running, words: str) -> str:
    """Where the command says that its site is."""
    command.until(lambda: words in command.err)
    return command.err.split(words, 1)[1].split("\n", 1)[0].rstrip("/")


def got(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_everything_goes_on_while_the_source_is_away_and_says_so_in_one_line_and_on_the_site(
    conninfo: str, database: psycopg.Connection, tmp_path: Path
) -> None:
    given = {"DATABASE_URL": conninfo, "SKYTALLY_NETWORK": "test", "SKYTALLY_SOURCE": NOWHERE}
    trouble = "127.0.0.1:1/subscribe refused the connection"
    often = ("--reconnect-s-min", 0.1, "--reconnect-s-max", 0.1)
    with running(tmp_path / "up", "up", "--web-port", 0, *often, **given) as up:
        home = site(up, "the site is at ")
        up.until(lambda: f"\n{trouble}; trying again\n" in up.err)
        up.until(lambda: trouble in got(f"{home}/status")[1])
        status, page = got(f"{home}/status")
        assert (status, "<b>Connecting.</b> " + trouble in page) == (200, True)
        status, body = got(f"{home}/api/v1/status")
        told = orjson.loads(body)
        assert (status, told["state"], told["detail"], told["source"]) == (200, "connecting", trouble, NOWHERE)
        assert (told["events_total"], told["watermark"], told["coverage"], told["gaps"]) == (0, None, 1.0, [])
        ended = up.signalled(signal.SIGTERM)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.count(f"{trouble}; trying again") == 1
    assert ended.err.splitlines()[-1].startswith("counted 0 events in ")


def test_a_second_collector_on_the_same_database_is_one_line_and_exit_code_4(conninfo: str, tmp_path: Path) -> None:
    given = {"DATABASE_URL": conninfo, "SKYTALLY_NETWORK": "test", "SKYTALLY_SOURCE": "ws://127.0.0.1:1/subscribe"}
    with running(tmp_path / "first", "collect", **given) as first:
        first.until(lambda: "refused the connection" in first.err)
        second = skytally("collect", **given)
        assert second == (
            4,
            "",
            "skytally: Another collector is running on this database.\n",
        )
        assert first.signalled(signal.SIGINT).code == 0


@pytest.mark.long
def test_the_site_alone_starts_before_its_database_and_ends_in_order(conninfo: str, tmp_path: Path) -> None:
    with running(tmp_path / "away", "web", "--web-port", 0, DATABASE_URL="host=127.0.0.1 port=1") as web:
        home = site(web, "the site is at ")
        assert [got(f"{home}/")[0], got(f"{home}/healthz")] == [503, (200, "ok")]
        ended = web.signalled(signal.SIGINT)
    assert (ended.code, ended.out) == (0, "")
    said = ended.err.splitlines()  # what is wrong, once, however often it tries
    assert (said[0], len(said)) == (f"the site is at {home}/", 2)
    assert said[1].endswith("Connection refused")
    with running(tmp_path / "here", "web", "--web-port", 0, DATABASE_URL=conninfo) as web:
        home = site(web, "the site is at ")
        web.until(lambda: got(f"{home}/")[0] == 200)
        ended = web.signalled(signal.SIGTERM)
    assert (ended.code, ended.out, ended.err) == (0, "", f"the site is at {home}/\n")
