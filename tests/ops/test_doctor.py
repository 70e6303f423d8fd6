"""The doctor: says that all is well where it is, each trouble where it is not, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from benchmarks.simulator import write_recording
from collector.retention import tend_days
from collector.settings import CollectorSettings
from ops.doctor.database import _is_met, findings, recommended
from ops.doctor.machine import _disk
from ops.doctor.upstream import _clock
from ops.settings import load
from sql import statement
from sql.session import connect
from tests.collector.test_end_to_end import collect, served
from tests.ops.command import skytally

NOWHERE = "ws://127.0.0.1:1/subscribe"


def looked(conninfo: str, *flags: str, **variables: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """The exit code, and what was found by what was looked at."""
    given = {"SKYTALLY_NETWORK": "test", "SKYTALLY_SOURCE": NOWHERE, **variables}
    done = skytally("doctor", "--json", *flags, DATABASE_URL=conninfo, **given)
    assert done.err == ""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in orjson.loads(done.out):
        found.setdefault(each["what"], []).append(each)
        assert each["advice"] or each["level"] == "well", each
    return done.code, found


def test_where_all_is_well_it_says_so(conninfo: str, tmp_path: Path) -> None:
    recording = tmp_path / "minute.jsonl.zst"
    write_recording(recording, 2000, seed=2)
    with served(recording) as url:
        collect(conninfo, url)
        with connect(conninfo, None, "test") as owner:
            tend_days(owner, load({}).collector)  # a collector of seconds may have had no turn for it
        code, found = looked(conninfo, "--no-boards", SKYTALLY_SOURCE=url, SKYTALLY_CONTACT="me", SKYTALLY_WORKERS="1")
    assert code == 1  # the server of tests may lose what it was told, for nothing of theirs has to last
    assert {what for what, all_ in found.items() if any(e["level"] == "wrong" for e in all_)} == {"postgres settings"}
    levels = {what: [each["level"] for each in all_] for what, all_ in found.items()}
    del levels["postgres settings"]
    assert levels == {
        "versions": ["well"], "settings": ["well"], "contact": ["well"], "workers": ["well"], "postgres": ["well"],
        "schema": ["well"], "days ahead": ["well"], "upstream": ["well"], "clock": ["well"], "collector": ["warning"],
        "backup": ["warning"],
    }  # fmt: skip


def test_each_trouble_is_said_at_once_with_what_to_do(conninfo: str) -> None:
    code, found = looked(conninfo, SKYTALLY_NETWORK="bluesky", SKYTALLY_FEEDS="/nowhere/feeds.toml")
    assert code == 1
    said = {(what, each["level"]): each["found"] for what, all_ in found.items() for each in all_}
    assert said["contact", "warning"] == "upstream is not told who you are"
    assert said["feeds", "wrong"].startswith("/nowhere/feeds.toml can not be read: ")
    assert said["network", "wrong"] == "the database counts test, the settings say bluesky"
    assert said["upstream", "wrong"].startswith(f"{NOWHERE} does not answer: ")
    loose = {each["found"].split(" ")[0]: each["level"] for each in found["postgres settings"]}
    assert {name: loose[name] for name in ("fsync", "full_page_writes", "shared_buffers")} == {
        "fsync": "wrong", "full_page_writes": "wrong", "shared_buffers": "warning",
    }  # fmt: skip
    assert "boards" not in found  # nothing is asked of what is wrong


def test_a_database_that_is_away_or_bare_does_not_keep_it_from_looking_at_the_rest(server: str) -> None:
    code, found = looked("host=127.0.0.1 port=1")
    assert (code, found["postgres"][0]["level"], found["upstream"][0]["level"]) == (1, "wrong", "wrong")
    assert "versions" in found
    code, found = looked(make_conninfo(server, dbname="postgres"))
    assert (code, found["schema"][0]["level"]) == (1, "warning")  # the first start makes it; upstream is wrong


def test_for_people_it_is_lines(conninfo: str) -> None:
    done = skytally("doctor", "--no-boards", DATABASE_URL=conninfo, SKYTALLY_SOURCE=NOWHERE, SKYTALLY_NETWORK="test")
    assert (
        "warning     contact: upstream is not told who you are\n            do: set contact: an address or a page\n"
        in done.out
    )


@pytest.mark.parametrize(("hours", "level"), [(None, "warning"), (35, "well"), (37, "warning")])
def test_a_backup_is_missed_after_a_day_and_a_half(database: psycopg.Connection, hours: int | None, level: str) -> None:
    if hours is not None:
        database.execute(statement("backup/note"), {"at": datetime.now(UTC) - timedelta(hours=hours), "bytes": 1})
    said = [each for each in findings(database, CollectorSettings(network="test")) if each.what == "backup"]
    assert [each.level for each in said] == [level]


@pytest.mark.parametrize(
    ("setting", "unit", "wanted", "met"),
    [
        ("131072", "8kB", "1GB", True), ("131071", "8kB", "1GB", False), ("900", "s", "15min", True),
        ("899", "s", "15min", False), ("4096", "MB", "4GB", True), ("on", "", "on", True), ("off", "", "on", False),
        ("lz4", "", "on", True), ("on", "", "off", False), ("100", "", "100", True), ("", "", "100", False),
    ],
)  # fmt: skip
def test_a_server_has_at_least_what_is_recommended(setting: str, unit: str, wanted: str, met: bool) -> None:
    assert _is_met(setting, unit, wanted) == met


def test_every_recommended_setting_is_one(database: psycopg.Connection) -> None:
    there = {name for (name,) in database.execute("select name from pg_settings").fetchall()}
    assert set(recommended()) <= there
    assert {finding.what for finding in findings(database, CollectorSettings(network="test"))} > {"schema", "collector"}


@pytest.mark.parametrize(
    ("ahead_s", "level"),
    [
        ([], None),
        ([0.4], "well"),
        ([60.0], "warning"),
        ([60.0, 1.0], "well"),
        ([-400.0], "wrong"),
        ([400.0], "warning"),
    ],
)  # fmt: skip
def test_the_clock_is_compared_with_all_that_answer(ahead_s: list[float], level: str | None) -> None:
    assert [finding.level for finding in _clock(ahead_s, 300.0)] == ([level] if level else [])


@pytest.mark.parametrize(("least", "level"), [(0, "well"), (1 << 40, "wrong")])
def test_a_disk_that_is_nearly_full(tmp_path: Path, least: int, level: str) -> None:
    settings = load({}, flags={"disk_free_mib_min": str(least)})
    assert _disk(settings, tmp_path).level == level
