"""The database away: a site that has numbers shows them and says how old they are, and comes back by itself."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from ops.embedded import embedded, wait_until_stopped
from sql.migrate import migrate
from sql.session import connect
from tests.ops.embedded_directory import private_directory
from tests.web.site import Answer, Site, site
from web import freshness, refusals
from web.freshness import Freshness

LOOSE = {"fsync": "off", "full_page_writes": "off"}


def asked(found: Site, *paths: str) -> list[Answer]:
    """The answers, asked for at once: each waits for the database as long as it may."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(found.get, paths))


def count(conninfo: str, events_of_a_lane: int) -> None:
    with connect(conninfo, None, "tests") as owner:
        owner.execute("update lane set events = %s", (events_of_a_lane,))


@pytest.mark.long
def test_a_site_that_has_read_nothing_yet_says_so_and_when_to_come_back() -> None:
    with site("host=127.0.0.1 port=1") as found:
        page, api, alive = asked(found, "/", "/api/v1/status", "/healthz")
    for answer in (page, api):
        assert answer.status == 503
        assert (answer.headers["retry-after"], answer.headers["cache-control"]) == ("5", "no-store")
    assert b"<h1>Database away</h1>" in page.body
    assert api.headers["content-type"] == "application/problem+json"
    assert api.json["detail"] == "the database does not answer, and nothing has been read from it yet"
    assert alive.status == 200


def test_the_last_numbers_stay_with_their_age_while_the_database_is_away_and_are_new_when_it_is_back() -> None:
    with private_directory() as data, ExitStack() as running:
        with embedded(data, settings=LOOSE, linger_s=0) as conninfo:
            migrate(conninfo, "test")
            count(conninfo, 10)
            found = running.enter_context(site(conninfo))
            assert found.get("/api/v1/status").json["events_total"] == 320
        assert wait_until_stopped(data)
        page, api = asked(found, "/status", "/api/v1/status")
        assert (api.status, api.json["events_total"], api.json["state"]) == (200, 320, "away")
        assert api.json["detail"].startswith("The database does not answer; these numbers were read at ")
        assert (page.status, page.page.figures["Events counted"]) == (200, "320")
        assert page.page.notices[-1] == "Away. " + api.json["detail"]
        with embedded(data, settings=LOOSE, linger_s=0) as conninfo:
            count(conninfo, 11)
            end_at = time.monotonic() + 30
            while found.get("/api/v1/status").json["state"] == "away":
                assert time.monotonic() < end_at
            page, api = asked(found, "/status", "/api/v1/status")
            assert (api.json["events_total"], page.page.figures["Events counted"]) == (352, "352")


@pytest.mark.long
def test_an_old_page_says_why_it_is_old_and_is_an_answer_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(freshness.OF_WINDOW, "1d", Freshness(1, 0))
    monkeypatch.setattr(refusals, "_RETRY_S", 0.1)
    path = "/top/accounts?window=1d"
    with private_directory() as data, ExitStack() as running:
        with embedded(data, settings=LOOSE, linger_s=0) as conninfo:
            migrate(conninfo, "test")
            found = running.enter_context(site(conninfo))
            new = found.get(path)
            assert "Away." not in new.body.decode()
        assert wait_until_stopped(data)
        time.sleep(1.1)
        old, again = found.get(path), found.get(path)
        assert (old.status, old.page.notices[-1][:38]) == (200, "Away. The database does not answer; th")
        kept = "public, max-age=5, s-maxage=5, stale-while-revalidate=5, stale-if-error=120"
        assert old.headers["cache-control"] == kept
        assert old.headers["cache-status"].startswith("skytally; hit; ttl=-")
        assert old.headers["etag"] == again.headers["etag"] != new.headers["etag"]
        assert old.headers["cache-tag"] == new.headers["cache-tag"]
        assert found.get(path, If_None_Match=old.headers["etag"]).status == 304
        assert found.get(path, Accept_Encoding="gzip").headers["content-encoding"] == "gzip"
        with embedded(data, settings=LOOSE, linger_s=0):
            end_at = time.monotonic() + 30
            while "Away." in found.get(path).body.decode():
                assert time.monotonic() < end_at
                time.sleep(0.1)
