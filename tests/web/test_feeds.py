"""The feed generator on a real socket: who it is, what it has, and feeds page by page while they move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from collector.boards import Boards
from tests.collector.frames import ALICE, BOB, CAROL, delete, key, like, notice, post, post_uri, reply
from tests.collector.rig import Rig
from tests.web.official import installed, judged
from tests.web.site import Answer, Site, site

PUBLISHER = "did:plc:publisher"
SETTINGS = {"public_url": "https://tally.example", "feed_publisher": PUBLISHER, "web_misses_per_second": 0.0}
FEEDS = """
[[feeds]]
id = "all"
name = "All"

[[feeds]]
id = "rising"
name = "Rising"
order = "rising"
window = "1h"
replies = false
"""


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        found.feeds(FEEDS)
        found.restart()
        yield found


def uri(feed: str) -> str:
    return f"at://{PUBLISHER}/app.bsky.feed.generator/{feed}"


def ask(found: Site, feed: str = "all", more: str = "", **headers: str) -> Answer:
    return found.get(f"/xrpc/app.bsky.feed.getFeedSkeleton?feed={quote(uri(feed))}{more}", **headers)


def walked(found: Site, feed: str, limit: int) -> list[str]:
    """Every post of a feed, page after page."""
    posts: list[str] = []
    cursor = ""
    while True:
        answer = ask(found, feed, f"&limit={limit}{cursor}")
        assert answer.status == 200, answer.body
        posts += [item["post"] for item in answer.json["feed"]]
        assert all(set(item) == {"post"} for item in answer.json["feed"])
        if "cursor" not in answer.json:
            return posts
        cursor = f"&cursor={answer.json['cursor']}"


def test_it_says_who_it_is_and_what_it_has(rig: Rig) -> None:
    with site(rig.conninfo, **SETTINGS) as found:
        document = found.get("/.well-known/did.json", Host="evil.example")
        assert document.json == {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": "did:web:tally.example",
            "service": [
                {"id": "#bsky_fg", "type": "BskyFeedGenerator", "serviceEndpoint": "https://tally.example"}
            ],
        }
        assert document.headers["access-control-allow-origin"] == "*"
        described = found.get("/xrpc/app.bsky.feed.describeFeedGenerator?what=ever")
        assert described.json == {
            "did": "did:web:tally.example",
            "feeds": [{"uri": uri("all")}, {"uri": uri("rising")}],
            "links": {
                "privacyPolicy": "https://tally.example/privacy",
                "termsOfService": "https://tally.example/about#terms",
            },
        }
    with site(rig.conninfo, public_url="http://127.0.0.1:8420") as found:
        assert found.get("/.well-known/did.json").json["id"] == "did:web:127.0.0.1%3A8420"
        assert found.get("/xrpc/app.bsky.feed.describeFeedGenerator").json["feeds"] == []
        assert ask(found).json["error"] == "UnknownFeed"
    with site(rig.conninfo) as found:
        assert found.get("/.well-known/did.json", Host="evil.example").status == 404


def test_a_feed_is_paged_to_its_end_and_has_each_post_once(rig: Rig) -> None:
    rig.hand(*[post([ALICE, BOB, CAROL][n % 3], n // 2) for n in range(60)], at=100)
    rig.fold()
    with site(rig.conninfo, **SETTINGS) as found:
        posts = walked(found, "all", 7)
        assert len(posts) == len(set(posts)) == 60
        assert posts == walked(found, "all", 100)
        assert [uri.rpartition("/")[2] for uri in posts] == [key(n // 2) for n in range(59, -1, -1)]
        assert len(ask(found).json["feed"]) == 50
        assert ask(found, more="&limit=60").json.keys() == {"feed"}
        assert ask(found, more="&limit=59").json.keys() == {"feed", "cursor"}
        answer = ask(found, more="&unknown=1&limit=2&limit=3")
        assert len(answer.json["feed"]) == 2
        assert ask(found, more="&limit=1", Authorization="Bearer x").status == 200


def test_no_post_is_lost_or_comes_twice_while_the_feed_moves(rig: Rig) -> None:
    rig.hand(*[post(ALICE, n) for n in range(20)], at=50)
    rig.fold()
    with site(rig.conninfo, **SETTINGS) as found:
        first = ask(found, more="&limit=8").json
        rig.hand(*[post(BOB, 100 + n) for n in range(5)], delete("post", key(15), ALICE, 110),
                 delete("post", key(3), ALICE, 111), at=120)  # fmt: skip
        second = ask(found, more=f"&limit=100&cursor={first['cursor']}").json
        assert [item["post"] for item in second["feed"]] == [
            post_uri(ALICE, key(n)) for n in range(11, -1, -1) if n != 3
        ]
        assert "cursor" not in second


def test_deleted_posts_and_hidden_accounts_leave_at_once(rig: Rig) -> None:
    rig.hand(post(ALICE, 1), post(BOB, 2), post(CAROL, 3), at=5)
    rig.fold()
    with site(rig.conninfo, **SETTINGS) as found:
        rig.hand(delete("post", key(3), CAROL, 6), at=7)
        rig.hand(notice("account", BOB, 8, active=False, status="takendown"), at=9)
        assert walked(found, "all", 50) == [post_uri(ALICE, key(1))]
        rig.hand(notice("account", BOB, 10, seq=2, active=True), at=11)
        assert walked(found, "all", 49) == [post_uri(BOB, key(2)), post_uri(ALICE, key(1))]


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ("", 400, "InvalidRequest"),
        ("feed=at://did:plc:other/app.bsky.feed.generator/all", 400, "UnknownFeed"),
        (f"feed=at://{PUBLISHER}/app.bsky.feed.generator/none", 400, "UnknownFeed"),
        (f"feed=at://{PUBLISHER}/app.bsky.feed.generator/", 400, "UnknownFeed"),
        (f"feed=at://{PUBLISHER}/app.bsky.feed.generator/all%00", 400, "UnknownFeed"),
        (f"feed=at://{PUBLISHER}/app.bsky.feed.generator/all/x", 400, "UnknownFeed"),
        (f"feed={uri('all')}&limit=0", 400, "InvalidRequest"),
        (f"feed={uri('all')}&limit=101", 400, "InvalidRequest"),
        (f"feed={uri('all')}&limit=%D9%A3", 400, "InvalidRequest"),
        (f"feed={uri('all')}&cursor=x", 400, "InvalidRequest"),
        (f"feed={uri('all')}&cursor={'A' * 34}", 400, "InvalidRequest"),
        (f"feed={uri('all')}&x={'A' * 5000}", 414, "InvalidRequest"),
    ],
)
def test_what_can_not_be_answered_is_said_as_xrpc_says_it(
    conninfo: str, query: str, status: int, error: str
) -> None:
    with site(conninfo, **SETTINGS) as found:
        answer = found.get(f"/xrpc/app.bsky.feed.getFeedSkeleton?{query}")
        assert (answer.status, answer.json["error"], set(answer.json)) == (status, error, {"error", "message"})


def test_other_methods_are_said_to_be_none_of_ours(conninfo: str) -> None:
    with site(conninfo, **SETTINGS) as found:
        said: list[Any] = [found.get("/xrpc/app.bsky.feed.getTimeline"), found.get("/xrpc/")]
        said += [found.get("/xrpc/app.bsky.feed.getFeedSkeleton", method="POST")]
        assert [(answer.status, answer.json["error"]) for answer in said] == [
            (501, "MethodNotImplemented"), (501, "MethodNotImplemented"), (405, "InvalidRequest")
        ]  # fmt: skip


def test_a_rising_feed_follows_the_board_and_keeps_still_for_who_pages(rig: Rig) -> None:
    boards = Boards(rig.roller, 1000, 40)

    def make() -> None:
        boards.note(rig.fold())
        boards.refresh()

    posts = [post(ALICE, n) for n in range(6)] + [reply(post_uri(CAROL, key(900)), ALICE, 6)]
    likes = [like(post_uri(ALICE, key(n)), f"did:plc:fan{m}", 10 + 10 * n + m) for n in range(7) for m in range(n + 1)]
    rig.hand(*posts, *likes, at=200)
    make()
    with site(rig.conninfo, **SETTINGS) as found:
        expected = [post_uri(ALICE, key(n)) for n in (5, 4, 3, 2, 1, 0)]  # the sixth is a reply
        assert walked(found, "rising", 50) == expected
        first = ask(found, "rising", "&limit=2").json
        rig.hand(*[like(post_uri(ALICE, key(0)), f"did:plc:new{m}", 300 + m) for m in range(30)],
                 delete("post", key(3), ALICE, 400), at=60_500)  # fmt: skip
        make()
        assert walked(found, "rising", 49)[0] == expected[5]
        second = ask(found, "rising", f"&limit=50&cursor={first['cursor']}").json
        assert [item["post"] for item in first["feed"] + second["feed"]] == [e for e in expected if e != expected[2]]


@pytest.fixture(scope="session")
def official(request: pytest.FixtureRequest) -> Path:
    return installed(request.config.cache.mkdir("atproto"))


def test_the_official_lexicons_and_a_real_agent_take_every_answer(rig: Rig, official: Path) -> None:
    rig.hand(*[post([ALICE, BOB, CAROL][n % 3], n // 2) for n in range(230)], at=300)
    rig.fold()
    Boards(rig.roller, 1000, 40).refresh()
    asked = [("all", ""), ("all", "&limit=1"), ("all", "&limit=100"), ("rising", "")]
    with site(rig.conninfo, **SETTINGS) as found:
        skeleton = "app.bsky.feed.getFeedSkeleton"
        answers = [{"nsid": skeleton, "body": ask(found, feed, more).json} for feed, more in asked]
        describe = "app.bsky.feed.describeFeedGenerator"
        answers.append({"nsid": describe, "body": found.get(f"/xrpc/{describe}").json})
        walk = {"service": f"http://127.0.0.1:{found.port}", "feed": uri("all"), "limit": 30}
        said = judged(official, {"answers": answers, "walk": walk})
        assert said["wrong"] == []
        assert len(said["walked"]) == len(set(said["walked"])) == 230
        assert said["walked"] == walked(found, "all", 100)
        assert judged(official, {"answers": [{"nsid": skeleton, "body": {"feed": [{"post": None}]}}]})["wrong"] != []


def test_a_page_says_what_a_feed_is_and_how_many_posts_it_has(rig: Rig) -> None:
    rig.hand(*[post(ALICE, n) for n in range(5)], post(BOB, 3_600_000), at=3_600_001)
    rig.hand(delete("post", key(0), ALICE, 3_600_002), at=3_600_003)
    rig.fold()
    rig.owner.execute("update account set handle = 'bob.example' where did = %s", (BOB,))
    with site(rig.conninfo, **SETTINGS) as found:
        page = found.get("/feed/all?utm_source=x").page
        assert page.tables["Posts by hour"][:3] == [["04 Jul 13:00", "1"], ["04 Jul 12:00", "4"], ["04 Jul 11:00", "0"]]
        assert [page.tables[f"Posts by {unit}"][0][1] for unit in ("day", "week")] == ["5", "5"]
        assert [len(page.tables[f"Posts by {unit}"]) for unit in ("hour", "day", "week")] == [24, 24, 24]
        assert dict(page.tables["Rules"]) == {
            "Labels": "posts that their authors have labelled are left out", "Order": "newest first",
            "Posts stay": "30 days",
        }  # fmt: skip
        shown = page.tables["What it shows now"]
        assert (len(shown), shown[0][0].split()[0]) == (5, "@bob.example")
        assert [row[1:] for row in found.get("/feeds").page.tables[""]] == [["5", "0"], ["5", "0"]]
        rig.hand(post(BOB, 86_400_000), at=86_400_001)
        rig.fold()
        rig.owner.execute("delete from cache.entry")
    with site(rig.conninfo, **SETTINGS) as found:
        assert [row[1:] for row in found.get("/feeds").page.tables[""]] == [["1", "5"], ["1", "5"]]
        assert found.get("/feed/none").status == 404
        assert b'href="/feeds"' in found.get("/method").body
    rig.owner.execute("delete from cache.entry")
    with site(rig.conninfo) as found:
        assert b'href="/feeds"' not in found.get("/method").body
