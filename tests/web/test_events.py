"""What an account did, and who did something to a post: out of the log, page after page, and nobody who is hidden."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.collector.frames import ALICE, BOB, CAROL, delete, follow, frame, key, like, notice, post, post_uri
from tests.collector.rig import Rig
from tests.web.site import Site, site

MINUTE_MS = 60_000
POST = key(1)
DAVE = "did:plc:" + "d" * 24


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        yield found


def paged(found: Site, path: str, listed: str) -> list[Any]:
    """Everything, page after page."""
    rows: list[Any] = []
    joined = "&" if "?" in path else "?"
    cursor = ""
    while True:
        answer = found.get(f"/api/v1{path}{joined}limit=3{cursor}")
        assert answer.status == 200, answer.body
        assert len(answer.json[listed]) <= 3
        rows += answer.json[listed]
        if answer.json["cursor"] is None:
            return rows
        cursor = f"&cursor={answer.json['cursor']}"


def test_what_an_account_did_is_listed_newest_first(rig: Rig) -> None:
    rig.hand(post(ALICE, 1), at=1)
    uri = post_uri(ALICE, POST)
    for minute in (0, 1, 2, 26 * 60, 27 * 60):
        ms = minute * MINUTE_MS
        rig.hand(
            like(uri, BOB, ms + 10), frame("repost", BOB, ms + 20, subject={"uri": uri}), follow(ALICE, BOB, ms + 30),
            delete("like", key(ms + 10), BOB, ms + 40), like(uri, CAROL, ms + 50),
            frame("app.bsky.graph.block", BOB, ms + 55, subject=DAVE), at=ms + 60,  # is nobody's to see
        )  # fmt: skip
    rig.hand(notice("identity", BOB, 28 * 60 * MINUTE_MS, handle="bob.example"), at=28 * 60 * MINUTE_MS)
    rig.fold()
    rig.owner.execute("select summarize_log()")
    with site(rig.conninfo, web_misses_per_second=0.0) as found:
        rows = paged(found, f"/accounts/{BOB}/events", "events")
        each = [("like", "delete", None), ("follow", "create", ALICE), ("repost", "create", uri),
                ("like", "create", uri)]  # fmt: skip
        assert [(r["type"], r["operation"], r["subject"]) for r in rows] == [("identity", "event", None), *each * 5]
        assert [r["time"] for r in rows] == sorted((r["time"] for r in rows), reverse=True)
        assert rows[0]["rkey"] is None
        assert rows[1]["rkey"] == rows[4]["rkey"]
        likes = paged(found, f"/accounts/{BOB}/events?type=like", "events")
        assert likes == [row for row in rows if row["type"] == "like"]
        assert paged(found, f"/accounts/{ALICE}/events", "events")[0]["collection"] == "app.bsky.feed.post"
        assert found.get(f"/api/v1/accounts/{BOB}/events?cursor=1.99999999999999999999.1").status == 400
        assert found.get(f"/api/v1/accounts/{BOB}/events?cursor=x").status == 400


def test_who_did_something_to_a_post_is_listed_unless_it_was_taken_back(rig: Rig) -> None:
    uri = post_uri(ALICE, POST)
    parent = {"reply": {"root": {"uri": uri}, "parent": {"uri": uri}}}
    quoting = {"embed": {"$type": "app.bsky.embed.record", "record": {"uri": uri, "cid": "x"}}}
    rig.hand(
        post(ALICE, 1), like(uri, BOB, 10), like(uri, CAROL, 20), like(uri, DAVE, 30), like(uri, ALICE, 40),
        delete("like", key(20), CAROL, 50), post(BOB, 60, **parent), post(CAROL, 70, **quoting),
        frame("repost", DAVE, 80, subject={"uri": uri, "cid": "x"}), like(post_uri(ALICE, key(2)), BOB, 90), at=100,
    )  # fmt: skip
    later = 30 * 60 * MINUTE_MS
    rig.hand(like(uri, CAROL, later), at=later)
    rig.fold()
    with site(rig.conninfo, web_misses_per_second=0.0) as found:

        def did(query: str) -> list[str]:
            path = f"/posts/{ALICE}/{POST}/interactions?{query}"
            return [row["did"] for row in paged(found, path, "interactions")]

        assert did("metric=likes") == [CAROL, DAVE, BOB]
        assert did("metric=likes&sort=asc") == [BOB, DAVE, CAROL]
        assert (did("metric=replies"), did("metric=quotes"), did("metric=reposts")) == ([BOB], [CAROL], [DAVE])
        assert did("metric=likes&to=2026-07-04T13:00:00Z") == [DAVE, BOB]
        assert did("metric=likes&from=2026-07-04T13:00:00Z") == [CAROL]
        rig.owner.execute("update account set hidden = true where did = %s", (DAVE,))
        assert did("metric=likes&from=2026-07-04T00:00:00Z") == [CAROL, BOB]
        gone = found.get(f"/api/v1/posts/{ALICE}/{key(3)}/interactions")
        assert (gone.status, gone.json["interactions"]) == (200, [])


def test_lists_of_the_log_are_as_long_as_others_and_tables_too(rig: Rig) -> None:
    uri = post_uri(ALICE, POST)
    dids = [f"did:plc:{number:024d}" for number in range(1001)]
    rig.hand(post(ALICE, 1), *[like(uri, did, 5) for did in dids], *[like(uri, BOB, 9 + n) for n in range(101)], at=999)
    rig.fold()
    with site(rig.conninfo, web_misses_per_second=0.0) as found:
        for path, listed in ((f"/posts/{ALICE}/{POST}/interactions", "interactions"),
                             (f"/accounts/{BOB}/events", "events")):  # fmt: skip
            usual = found.get(f"/api/v1{path}").json
            table = found.get(f"/api/v1{path}?format=csv")
            header, *rows = csv.reader(io.StringIO(table.body.decode()))
            assert header == list(usual[listed][0])
            assert rows == [["" if each is None else str(each) for each in row.values()] for row in usual[listed]]
            assert (table.headers["as-of"], table.headers["cursor"]) == (usual["as_of"], usual["cursor"])
            assert len(rows) == 100
        most = found.get(f"/api/v1/posts/{ALICE}/{POST}/interactions?limit=1000").json
        assert (len(most["interactions"]), most["cursor"] is None) == (1000, False)
        assert "cursor" not in found.get(f"/api/v1/accounts/{ALICE}/events?format=csv").headers


def test_what_one_commit_did_under_one_record_key_comes_on_this_page_or_the_next(rig: Rig) -> None:
    """Time, rev and record key are the same of all of it."""
    others = [f"com.example.kind{number}" for number in range(7)]
    rig.hand(*[frame(kind, BOB, 5, rkey=key(5)) for kind in others], post(BOB, 5), like(post_uri(ALICE, POST), BOB, 6))
    rig.hand(at=10)
    rig.fold()
    with site(rig.conninfo, web_misses_per_second=0.0) as found:
        rows = paged(found, f"/accounts/{BOB}/events", "events")
        kinds = [row["collection"] for row in rows]
        assert (kinds[0], sorted(kinds[1:])) == ("app.bsky.feed.like", ["app.bsky.feed.post", *others])
        whole = found.get(f"/api/v1/accounts/{BOB}/events").json["events"]
        assert rows == whole
        assert found.get(f"/api/v1/accounts/{BOB}/events?cursor=1751630400000000.5.5").status == 200


def test_many_pages_lose_nothing_and_double_nothing(rig: Rig) -> None:
    uri = post_uri(ALICE, POST)
    dids = [f"did:plc:{number:024d}" for number in range(40)]
    rig.hand(post(ALICE, 1), *[like(uri, did, 5) for did in dids], at=10)  # all in one microsecond
    rig.fold()
    with site(rig.conninfo, web_misses_per_second=0.0) as found:
        for sort in ("asc", "desc"):
            rows = paged(found, f"/posts/{ALICE}/{POST}/interactions?sort={sort}", "interactions")
            assert sorted(row["did"] for row in rows) == dids
