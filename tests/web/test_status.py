"""The status and its page: the same numbers as the database, whoever made up the names in them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import brotli
import psycopg
import pytest

from benchmarks.simulator import Simulation
from collector.batch import Gap
from tests.collector.frames import NOON_US, post
from tests.collector.rig import Rig
from tests.web.site import Site, site
from web import api, overview
from web.pages import status

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
HOUR_MS, HOUR_US = 3_600_000, 3_600_000_000
COLLECTIONS = "By collection, last 24 hours"
SIMULATED = [line for _, line in zip(range(1500), (line for _, line in Simulation(5).events()), strict=False)]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a'b&amp;c",
    "app.\u202egpj.exe",
    "x" * 500,
]


@pytest.fixture
def counted(conninfo: str, tmp_path: Path) -> str:
    """A day with simulated events at midnight, two posts a day before that, repetitions, bad frames and a gap."""
    rig = Rig(conninfo, tmp_path)
    rig.hand(post(at=-25 * HOUR_MS, langs=["fr"]), post(at=-24 * HOUR_MS, langs=["fr"]), at=-24 * HOUR_MS)
    rig.hand(*SIMULATED, b"not JSON", b"[]", gaps=[Gap(NOON_US - 5 * HOUR_US, NOON_US - 3 * HOUR_US, "not_delivered")])
    rig.hand(*SIMULATED[:7], post(langs=["fr", "en"]))
    rig.fold()
    rig.close()
    return conninfo


def number(text: str) -> int:
    return 0 if text == "–" else int(text.replace(",", ""))


def shown(found: Site) -> list[list[object]]:
    """The table of the page, with numbers as numbers."""
    tables = found.get("/status").page.tables
    return [[name, *map(number, rest)] for name, _, *rest in tables[COLLECTIONS]]


def test_every_number_on_the_page_is_the_databases(counted: str, database: psycopg.Connection) -> None:
    logged = """
        select name, count(*) filter (where operation = 'c'), count(*) filter (where operation = 'u'),
          count(*) filter (where operation = 'd'), count(*)
        from event join collection on collection.id = event.collection
        where time > timestamptz '2026-07-03 12:01:00Z' group by name order by count(*) desc, name
    """
    with site(counted) as found:
        collections = shown(found)
    expected = [list(row) for row in database.execute(logged).fetchall()]
    if len(expected) > 24:
        left_out = expected[24:]
        expected = [*expected[:24], [f"{len(left_out)} more", sum(row[4] for row in left_out)]]
        collections[-1] = [collections[-1][0], collections[-1][-1]]
    assert collections == expected
    assert sum(int(str(row[-1])) for row in collections) == len(SIMULATED) + 1  # and none of the day before


def test_the_figures_are_the_same_on_the_page_in_the_api_and_in_the_database(
    counted: str, database: psycopg.Connection
) -> None:
    with site(counted) as found:
        told, page = found.get("/api/v1/status").json, found.get("/status").page
    lag = told.pop("lag_seconds")
    assert lag == pytest.approx((datetime.now(UTC) - NOON).total_seconds(), abs=60)
    gap = {"from": "2026-07-04T07:00:00Z", "to": "2026-07-04T09:00:00Z", "source": "test:1/subscribe"}
    # 2 of the 25 hours since the first event
    assert told == {
        "as_of": "2026-07-04T12:00:00Z",
        "watermark": "2026-07-04T12:00:00Z",
        "coverage": 0.92,
        "gaps": [{**gap, "reason": "not_delivered"}],
        "source": "test:1/subscribe",
        "network": "test",
        "state": "stopped",
        "detail": "",
        "events_total": len(SIMULATED) + 3,
        "events_per_second": 0.0,
        "duplicates_total": 7,
        "quarantined_total": 2,
        "quarantined": {"not_an_object": 1, "not_json": 1},
        "uptime_seconds": 0.0,
        "selfcheck_at": None,
        "selfcheck_differences": None,
    }
    assert database.execute("select count(*) from event").fetchone() == (told["events_total"],)
    assert page.figures == {
        "Events a second": "0",
        "Events counted": "1,503",
        "Quarantined": "2",
        "Coverage": "92.00\N{NO-BREAK SPACE}%",
    }
    assert datetime.fromisoformat(page.as_of) == NOON


def test_what_the_collector_says_of_itself_is_believed_while_it_is_fresh(
    counted: str, database: psycopg.Connection
) -> None:
    database.execute(
        "insert into vitals (at, started_at, state, source, detail, events_per_second, queued_bytes) values"
        " (now(), now() - interval '100 s', 'connecting', 'ws://b/subscribe', 'b refused the connection', 12.34, 0)"
    )
    with site(counted) as found:
        told, page = found.get("/api/v1/status").json, found.get("/status").page
        assert {name: told[name] for name in ("state", "source", "detail", "events_per_second")} == {
            "state": "connecting",
            "source": "ws://b/subscribe",
            "detail": "b refused the connection",
            "events_per_second": 12.3,
        }
        assert told["uptime_seconds"] == pytest.approx(100, abs=30)
        assert page.notices[-1] == "Connecting. b refused the connection"
        database.execute("update vitals set at = now() - interval '11 s'")
        told = found.get("/api/v1/status").json
        assert {name: told[name] for name in ("state", "detail", "events_per_second", "uptime_seconds")} == {
            "state": "stopped",
            "detail": "",
            "events_per_second": 0.0,
            "uptime_seconds": 0.0,
        }


def test_time_that_several_gaps_cut_is_missed_once_and_time_outside_is_not_missed(
    counted: str, database: psycopg.Connection
) -> None:
    def coverage(*gaps: tuple[float, float]) -> float:
        """With these gaps, in hours before the watermark."""
        database.execute("delete from gap")
        for n, (begin, end) in enumerate(gaps):
            times = (NOON - timedelta(hours=begin), NOON - timedelta(hours=end))
            database.execute(
                "insert into gap (host, from_time, to_time, reason) values (%s, %s, %s, '')", (str(n), *times)
            )
        return float(found.get("/api/v1/status").json["coverage"])

    with site(counted) as found:
        assert [
            coverage(),
            coverage((10, 5)),
            coverage((10, 5), (10, 5), (7, 5), (12, 9)),
            coverage((30, 24)),
            coverage((1, -9)),
            coverage((40, 30), (-1, -2)),
            coverage((40, -2)),
        ] == [1.0, 0.8, 0.72, 0.96, 0.96, 1.0, 0.0]


def test_what_the_last_self_check_found_is_said(counted: str, database: psycopg.Connection) -> None:
    def told(differences: list[str]) -> tuple[object, bool, list[str]]:
        database.execute("delete from selfcheck")
        given = ("2026-07-04T11:00:00Z", differences)
        database.execute("insert into selfcheck (at, seconds, differences, turn) values (%s, 1, %s, 1)", given)
        page, api = found.get("/status"), found.get("/api/v1/status").json
        assert api["selfcheck_at"] == "2026-07-04T11:00:00Z"
        checked = b'Checked <time datetime="2026-07-04T11:00:00Z"' in page.body
        notices = [notice for notice in page.page.notices if not notice.startswith("This is not Bluesky")]
        return api["selfcheck_differences"], checked, notices[:1]

    with site(counted) as found:
        assert b"Checked" not in found.get("/status").body
        assert told([]) == (0, True, [])
        wrong = "Numbers may be wrong. The self-check of 2026-07-04 11:00 UTC found 2 that do not add up."
        assert told(["one", "two"]) == (2, False, [wrong])


def test_names_that_others_made_up_are_shown_as_they_are_and_do_nothing(
    conninfo: str, database: psycopg.Connection
) -> None:
    database.execute("update fold set watermark = '2026-07-04T12:00:00Z'")
    for n, name in enumerate(HOSTILE):
        database.execute("insert into collection (name) values (%s)", (name,))
        database.execute(
            "insert into network_minute select '2026-07-04T11:00:00Z', id, 'c', %s from collection where name = %s",
            (100 - n, name),
        )
    with site(conninfo) as found:
        answer = found.get("/status")
        collections = shown(found)
    page = answer.page
    assert [row[0] for row in collections] == [*HOSTILE[:4], "x" * 77 + "..."]
    assert {"img", "style"}.isdisjoint(page.tags)
    assert page.tags.count("script") == 2, "our own"
    assert [name for name, _ in page.attributes if name.startswith("on") or name == "style"] == []
    assert page.tags.count("bdi") == len(HOSTILE) + 1  # each is kept from turning the text around it, and the network


def test_collections_without_end_make_no_page_without_end(conninfo: str, database: psycopg.Connection) -> None:
    database.execute("update fold set watermark = '2026-07-04T12:00:00Z'")
    database.execute("insert into collection (name) select 'made.up.n' || n from generate_series(1, 5000) as n")
    database.execute(
        "insert into network_minute select '2026-07-04T11:00:00Z', id, 'c', 2 from collection where name like 'made%'"
    )
    with site(conninfo) as found:
        collections = found.get("/status").page.tables[COLLECTIONS]
    assert (len(collections), collections[-1]) == (25, ["4,976 more", "", "", "", "", "9,952"])


def test_before_the_first_event_the_page_says_that_nothing_is_counted_yet(conninfo: str) -> None:
    with site(conninfo) as found:
        told, page = found.get("/api/v1/status").json, found.get("/status").page
    assert (told["watermark"], told["lag_seconds"], told["events_total"], told["source"]) == (None, None, 0, None)
    nothing = {
        COLLECTIONS: [["Nothing yet."]], "Gaps": [["None: upstream delivered everything."]], "Quarantine": [["Empty."]],
    }  # fmt: skip
    assert (page.as_of, page.tables) == ("", nothing)


@pytest.mark.parametrize("there", [True, False])
def test_however_many_ask_the_database_is_asked_once_and_for_what_the_page_alone_shows_by_the_page_alone(
    conninfo: str, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.setattr(overview, "_SECONDS", 3600.0)
    looks: list[str] = []
    look = overview._Looks._look

    async def counted(self: overview._Looks[Any]) -> Any:
        looks.append(self._ask.__name__)
        return await look(self)

    monkeypatch.setattr(overview._Looks, "_look", counted)
    with site(conninfo if there else "host=127.0.0.1 port=1") as found, ThreadPoolExecutor(30) as pool:
        probes = list(pool.map(found.get, ["/readyz"] * 200))
        assert {answer.status for answer in probes} == {200 if there else 503}
        assert {answer.json["database"] for answer in probes} == {"ok" if there else "away"}
        assert {found.get("/api/v1/status").status for _ in range(9)} == {200 if there else 503}
        assert looks == ["_overview"]
        assert {found.get("/status").status for _ in range(9)} == {200 if there else 503}
        assert looks == ["_overview", "_collections"]


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/status"])
def test_what_is_no_resource_is_compressed_too(conninfo: str, path: str) -> None:
    with site(conninfo) as found:
        plain, small = found.get(path), found.get(path, Accept_Encoding="br")
    assert (small.status, small.headers["content-encoding"], small.headers["vary"]) == (200, "br", "Accept-Encoding")
    assert len(brotli.decompress(small.body)) == len(plain.body) > 2 * len(small.body)


@pytest.mark.parametrize(
    ("path", "made_by"),
    [("/docs", status), ("/openapi.json", api), ("/status", status)],
    ids=["docs", "openapi", "status"],
)
def test_what_stays_the_same_is_made_once(
    conninfo: str, path: str, made_by: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "_SECONDS", 3600.0)
    with site(conninfo) as found:
        first = found.get(path)
        monkeypatch.setattr(made_by, "document_of", None)
        again = found.get(path)
        assert (again.status, again.body) == (200, first.body)
        assert found.get(path, If_None_Match=first.headers["etag"]).status == 304
