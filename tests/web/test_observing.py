"""What is noted of requests: an id of ours in each answer and in what is logged because of it, figures by route, and of
who asks nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from multiprocessing import get_context
from typing import Any

import pytest

from tests.web.site import site
from web import api, endpoint
from web.app import ROUTES, create_app
from web.cache import Served
from web.entry import Entry
from web.observing import NOWHERE, path_of
from web.origin import Origin
from web.pages import status
from web.pulse import INTERVAL_S
from web.request_id import InRecords
from web.settings import WebSettings
from web.vitals import WebVitals

TOP = "/api/v1/top/accounts"


@pytest.fixture
def vitals() -> WebVitals:
    return WebVitals(get_context("spawn"), ROUTES)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What is logged, with the ids of requests as a site process writes them."""
    caplog.handler.addFilter(found := InRecords())
    caplog.set_level("INFO")
    yield caplog
    caplog.handler.removeFilter(found)


def noted(vitals: WebVitals, route: str) -> dict[str, float]:
    """The figures of a route that are not zero, without how long things took."""
    figures = vitals.of_route(ROUTES.index(route))
    return {name: n for name, n in figures.items() if n and name.split(" ")[0] in ("status", "age", "makings")}


def fail(*_: object) -> Any:
    raise RuntimeError("a fault of ours")


@pytest.mark.parametrize("path", [TOP, "/", "/nowhere", f"{TOP}?x=1", "/healthz", "/static/nothing", "/status"])
def test_every_answer_has_an_id_of_its_own_whatever_the_reader_says(conninfo: str, path: str) -> None:
    with site(conninfo) as found:
        given = [found.get(path, X_Request_Id="0123456789abcdef").headers["x-request-id"] for _ in range(2)]
    assert given[0] != given[1]
    assert [each for each in given if not re.fullmatch(r"[0-9a-f]{16}", each) or each == "0123456789abcdef"] == []


def test_a_fault_of_ours_is_found_in_the_log_by_the_id_that_its_reader_has(
    conninfo: str, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "status_of", fail)
    monkeypatch.setattr(status, "status_of", fail)
    with site(conninfo) as found:
        answer, page = found.get("/api/v1/status"), found.get("/status")
    told = answer.json
    assert (answer.status, told["title"], answer.headers["content-type"]) == (
        500, "Internal error", "application/problem+json"
    )  # fmt: skip
    assert told["request_id"] == answer.headers["x-request-id"]
    (record,) = [each for each in log.records if each.request_id == told["request_id"]]  # type: ignore[attr-defined]
    assert (record.levelname, record.exc_info is not None) == ("ERROR", True)
    assert (page.status, f"Request {page.headers['x-request-id']}" in page.body.decode()) == (500, True)


def test_what_could_not_be_made_says_by_which_id_it_is_in_the_log(
    conninfo: str, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "finished", fail)
    with site(conninfo) as found:
        first, second = found.get(TOP), found.get(TOP)
    assert (first.status, first.json["type"]) == (500, "/docs#internal")
    assert first.json["request_id"] == first.headers["x-request-id"]
    # who asks again in the same moment is told where it was logged
    assert (second.status, second.json["request_id"]) == (second.json["status"], first.json["request_id"])
    assert {each.request_id for each in log.records if each.name == "web.cache"} == {first.json["request_id"]}  # type: ignore[attr-defined]


def test_what_is_no_fault_of_ours_has_no_id_in_its_body(conninfo: str) -> None:
    with site(conninfo) as found:
        assert sorted(found.get(f"{TOP}?x=1").json) == ["detail", "status", "title", "type"]


def test_figures_are_by_route_status_and_age(conninfo: str, vitals: WebVitals) -> None:
    with site(conninfo, vitals=vitals) as found:
        for path in (TOP, TOP, f"{TOP}?x=1", "/@nobody.example", "/nowhere", "/static/x"):
            found.get(path)
        found.get(TOP, If_None_Match="*")
        found.get(TOP, "POST")
    assert noted(vitals, TOP) == {
        "status 200": 2, "status 304": 1, "status 400": 1, "status 405": 1, "age made": 1, "age fresh": 2, "makings": 1,
    }  # fmt: skip
    assert noted(vitals, "/@{actor}") == {"status 404": 1}
    assert (noted(vitals, "none"), noted(vitals, "/static/{name}")) == ({"status 404": 1}, {"status 404": 1})
    figures = vitals.of_route(ROUTES.index(TOP))
    within = [n for name, n in figures.items() if name.startswith("to ")]
    assert sum(within) + figures["slower"] == 5
    assert 0 < figures["making_seconds"] <= figures["seconds"]


@pytest.mark.parametrize(
    ("hit", "fresh_s", "stale_s", "age"),
    [(True, 5, 5, "fresh"), (True, -5, 5, "stale"), (True, -5, -1, "old"), (False, 5, 5, "made")],
)
def test_an_answer_is_as_old_as_its_entry(vitals: WebVitals, hit: bool, fresh_s: int, stale_s: int, age: str) -> None:
    now = time.time()
    entry = Entry(
        request="", status=200, media="", etag="", made_at=now, fresh_until=now + fresh_s, stale_until=now + stale_s,
        names_accounts=False, accounts=(), keys=(), headers=(), bodies={},
    )  # fmt: skip
    nothing: Any = None
    origin = Origin(nothing, nothing, nothing, nothing, nothing, nothing, False, vitals)
    origin.note(ROUTES.index(TOP), Served(entry, hit))
    assert noted(vitals, TOP) == {f"age {age}": 1}


def test_a_process_shows_that_it_turns_and_what_it_holds(conninfo: str, vitals: WebVitals) -> None:
    with site(conninfo, vitals=vitals) as found:
        found.get(TOP)
        end_at = time.monotonic() + 30
        while vitals.of_process()["cached_entries"] != 1:
            assert time.monotonic() < end_at
            time.sleep(INTERVAL_S / 10)
        now = vitals.of_process()
    assert time.monotonic() - now["alive_at"] < 30
    assert now["cached_bytes"] > 100
    assert now["connections"] >= 1
    assert (now["memcached"], now["table"]) == (0, 0)


def test_a_layer_that_is_away_is_noted(conninfo: str, vitals: WebVitals) -> None:
    with site(conninfo, vitals=vitals, memcached="127.0.0.1:1") as found:
        assert found.get(TOP).status == 200
    now = vitals.of_process()
    assert (now["memcached"] >= 1, now["table"]) == (True, 0)


def test_by_default_nobody_is_written_down(conninfo: str, log: pytest.LogCaptureFixture) -> None:
    with site(conninfo) as found:
        for path in (TOP, "/nowhere", f"{TOP}?x=1"):
            found.get(path)
    assert log.messages == []


def test_where_it_is_wished_a_line_says_what_was_asked_for_and_not_by_whom(
    conninfo: str, log: pytest.LogCaptureFixture
) -> None:
    with site(conninfo, web_access_log=True) as found:
        answers = [found.get("/top/accounts?q=somebody"), found.get("/a%0A%1B[31m%22")]
    lines = [record for record in log.records if record.name == "web.access"]
    said = [re.sub(r"[\d.]+ ms", "N ms", record.getMessage()) for record in lines]
    assert said == ["GET /top/accounts 200 in N ms", "GET /a%0A%1B%5B31m%22 404 in N ms"]
    assert [record.request_id for record in lines] == [answer.headers["x-request-id"] for answer in answers]  # type: ignore[attr-defined]


def test_every_address_of_the_site_is_a_route_that_is_counted() -> None:
    app: Any = create_app(WebSettings(), "host=127.0.0.1 port=1")
    while not hasattr(app, "routes"):
        app = app._app
    (signpost,) = app.routes
    assert [path_of(route.path) for route in signpost.routes] + [NOWHERE] == list(ROUTES)
    assert len(ROUTES) == len(set(ROUTES))
