"""Pages: every number on them is the API's, names that others made up do nothing, addresses lead where they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from io import BytesIO
from pathlib import Path
from random import Random

import psycopg
import pytest
from PIL import Image

from benchmarks.simulator import Simulation
from collector.boards import Boards
from tests.collector.frames import ALICE, BOB, NOON_US, key, like, post, post_uri
from tests.collector.rig import Rig
from tests.conftest import new_database
from tests.web.said import say
from tests.web.site import Page, Site, site

HOUR_MS = 3_600_000
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a'b&amp;c{{7*7}}", "app.\u202egpj.exe"]
SIMULATED = [line for _, line in zip(range(4000), (line for _, line in Simulation(5, NOON_US).events()), strict=False)]
WINDOWS = ("1h", "1d", "7d", "30d")
# as many bytes as texts may have, and no two alike; between them what would do harm
TEXTS = [
    HOSTILE[n % 4] if n % 9 == 0 else "".join(Random(n).choices([chr(0x4E00 + c) for c in range(2500)], k=300))
    for n in range(300)
]


@pytest.fixture(scope="module")
def found(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Simulated minutes, and three hours of likes of posts of somebody with a name."""
    folder: Path = tmp_path_factory.mktemp("pages")
    with new_database(server) as conninfo:
        with closing(Rig(conninfo, folder)) as rig:
            for hour in range(-3, 0):
                lines = [like(post_uri(ALICE, key(0)), BOB, hour * HOUR_MS + n) for n in range(5)]
                rig.hand(post(ALICE, hour * HOUR_MS + 9, langs=["fr"], tags=["bird"]), *lines, at=hour * HOUR_MS + 99)
            rig.hand(*SIMULATED, at=60_000)
            rig.fold()
            boards = Boards(rig.roller, 1100, 40)
            while boards.keep_hour():
                pass
            boards.refresh()
            rig.owner.execute(
                "update account set handle = 'alice.example', display_name = %s where did = %s", (HOSTILE[0], ALICE)
            )
            for number, name in enumerate(HOSTILE):
                rig.owner.execute(
                    "update account set display_name = %s where id = (select keys[%s] from board where metric ="
                    " 'likes_received' and time_window = '1h')", (name, number + 2),
                )  # fmt: skip
            say(rig.owner, TEXTS)
        with site(conninfo, public_url="https://tally.example", web_misses_per_second=0) as running:
            yield running


def numbers(page: Page, heading: str) -> list[list[str]]:
    """The rows of a table, numbers without their commas."""
    return [[cell.replace(",", "").strip() for cell in row] for row in page.tables[heading]]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("metric", ["likes_received", "engagement", "posts", "followers"])
def test_a_board_of_accounts_has_the_apis_rows(found: Site, metric: str, window: str) -> None:
    rows = found.get(f"/api/v1/top/accounts?metric={metric}&window={window}").json["rows"]
    page = found.get(f"/top/accounts?metric={metric}&window={window}").page
    assert rows
    shown = [(int(row[0]), row[2], int(row[3]), row[4], row[5]) for row in numbers(page, "")]
    told = []
    for row in rows:
        name = row["display_name"] or row["handle"] or row["did"]
        handle = f"@{row['handle']}" if row["handle"] else "handle not known yet"
        lost = f"−{row['lost']}" if row["lost"] else "–"
        told.append((row["rank"], f"{drawn(name)}{name}{handle}", row["value"], f"+{row['gained']}", lost))
    assert shown == told


def test_nobody_is_new_where_there_is_no_list_to_compare_with(found: Site) -> None:
    for window in ("1h", "1d", "7d", "30d"):
        rows = found.get(f"/api/v1/top/accounts?window={window}").json["rows"]
        ranks = [row["previous_rank"] for row in rows]
        new = "new" in {row[1] for row in numbers(found.get(f"/top/accounts?window={window}").page, "")}
        assert new is (None in ranks and any(ranks)), window


def drawn(name: str) -> str:
    """What stands in a face."""
    return next((each.upper() for each in name if each.isalnum()), "?")


@pytest.mark.parametrize("kind", ["hashtags", "links", "domains", "emoji", "languages"])
@pytest.mark.parametrize("by", ["posts", "authors"])
def test_a_board_of_terms_has_the_apis_numbers(found: Site, kind: str, by: str) -> None:
    rows = found.get(f"/api/v1/top/{kind}?by={by}&window=1d").json["rows"]
    page = found.get(f"/top/{kind}?metric={by}&window=1d").page
    assert rows
    assert [[int(row[0]), int(row[3]), int(row[4])] for row in numbers(page, "")] == [
        [row["rank"], row["posts"], row["authors"]] for row in rows
    ]


def test_a_board_of_posts_has_the_apis_numbers(found: Site) -> None:
    rows = found.get("/api/v1/top/posts?window=1d").json["rows"]
    page = found.get("/top/posts?window=1d").page
    assert [list(map(int, (row[0], *row[3:]))) for row in numbers(page, "")] == [
        [row[name] for name in ("rank", "value", "likes", "reposts", "replies", "quotes")] for row in rows
    ]


def test_home_has_the_apis_numbers(found: Site) -> None:
    page = found.get("/").page
    for metric, name in (("posts", "Posts"), ("likes", "Likes"), ("reposts", "Reposts"), ("follows", "Follows")):
        points = found.get(f"/api/v1/network/series?metric={metric}&bucket=3600").json["points"]
        whole = [point["gained"] for point in points if not point.get("partial")]
        assert page.figures[f"{name}, last full hour"] == f"{whole[-1]:,}"
    active = found.get("/api/v1/network/active?window=1h").json["accounts"]
    assert page.figures["Active accounts, last hour"] == f"{active:,}"
    languages = found.get("/api/v1/top/languages?limit=10").json["rows"]
    assert [int(row[2]) for row in numbers(page, "Posts by language")] == [row["posts"] for row in languages]
    events = found.get("/api/v1/network/totals?window=1d").json["events"]
    shown = {row[0]: list(map(int, row[1:])) for row in numbers(page, "By collection, last day")}
    assert shown == {
        name: [each.get("create", each.get("event", 0)), each.get("update", 0), each.get("delete", 0)]
        for name, each in events.items()
    }


@pytest.mark.parametrize("window", WINDOWS)
def test_an_account_has_the_apis_numbers(found: Site, window: str) -> None:
    told = found.get(f"/api/v1/accounts/{ALICE}").json
    page = found.get(f"/@alice.example?window={window}").page
    assert {name: int(value.replace(",", "")) for name, value in page.figures.items()} == {
        shown: told["totals"][window][metric]["net"]
        for shown, metric in {
            "Likes received": "likes_received", "New followers": "followers", "Reposts received": "reposts_received",
            "Replies received": "replies_received", "Quotes received": "quotes_received",
            "Mentions received": "mentions_received", "Engagement": "engagement", "Posts": "posts",
        }.items()
    }  # fmt: skip
    points = found.get(f"/api/v1/accounts/{ALICE}/series?bucket=3600").json["points"]
    shown = [int(row[3]) for row in numbers(page, "Likes") if len(row) == 4]
    assert shown == [point["net"] for point in reversed(points) if point["gained"] or point["lost"]]


def test_a_post_has_the_apis_numbers(found: Site) -> None:
    told = found.get(f"/api/v1/posts/{ALICE}/{key(0)}").json["totals"]["all"]
    page = found.get(f"/post/{ALICE}/{key(0)}").page
    assert {name: int(value) for name, value in page.figures.items()} == {
        name.capitalize(): told[name]["net"] for name in ("likes", "reposts", "replies", "quotes")
    }
    assert told["likes"]["net"] == 15


def test_languages_have_the_apis_numbers(found: Site) -> None:
    rows = found.get("/api/v1/top/languages?window=1d&limit=100").json["rows"]
    page = found.get("/languages").page
    shown = [(int(row[0]), int(row[4]), int(row[6])) for row in numbers(page, "Posts by language")]
    assert shown == [(row["rank"], row["posts"], row["authors"]) for row in rows]


PATHS = (
    "/", "/network", "/@alice.example?range=1d&previous=yes", "/top/accounts", "/top/posts?metric=likes&window=7d",
    "/top/hashtags", "/top/links", "/languages",
    "/@alice.example", f"/account/{BOB}", f"/post/{ALICE}/{key(0)}", "/compare?actors=alice.example,nobody.example",
    f"/watch?actors=alice.example,{BOB}", "/search?q=ali", "/status", "/method", "/about", "/privacy", "/docs",
    f"/embed/{ALICE}", "/compare", "/watch", "/search", "/feeds",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_text_of_the_network_is_shown_as_it_is_and_does_nothing(found: Site, path: str) -> None:
    answer = found.get(path)
    assert answer.status == 200
    page = answer.page
    assert {"img", "style", "iframe"}.isdisjoint(page.tags)
    assert b"<script>" not in answer.body
    assert b"49" not in re.findall(rb"a'b.{0,20}", answer.body)
    assert [name for name, _ in page.attributes if name.startswith("on") or name == "style"] == []
    for name, value in page.attributes:
        if name in ("src", "action", "data-source"):
            assert str(value).startswith("/"), (name, value)


@pytest.mark.parametrize("path", PATHS)
def test_every_link_within_the_site_leads_somewhere(found: Site, path: str) -> None:
    page = found.get(path).page
    links = {unescape(str(value)) for name, value in page.attributes if name in ("href", "src", "data-source")}
    missing = {}
    for link in sorted(link for link in links if link.startswith("/") and not link.startswith("/@"))[:60]:
        status = found.get(link).status
        if status != 200:
            missing[link] = status
    assert missing == {}


def test_pages_ignore_what_they_do_not_know_and_refuse_what_can_not_be(found: Site) -> None:
    for path in (
        "/top/accounts?utm_source=x&window=1d&window=7d&x=%FF", "/top/accounts?kind=x", f"/@alice.example?actor={BOB}",
    ):  # fmt: skip
        assert found.get(path).status == 200, path
    for path, status in (
        ("/top/accounts?window=2h", 400), ("/top/nothing", 400), ("/top/accounts?metric=nothing", 400),
        ("/@nobody.example", 404), ("/account/did:plc:nobody", 404), (f"/post/{ALICE}/%00", 400), ("/nowhere", 404),
        ("/compare?actors=a.b,c.d,e.f,g.h,i.j,k.l", 400),
    ):  # fmt: skip
        answer = found.get(path)
        assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
        assert answer.page.tags.count("h1") == 1


def test_a_page_that_is_not_there_says_as_of_when_and_of_which_network_too(found: Site) -> None:
    made = found.get("/top/accounts?window=1h").page
    for path in ("/nowhere", "/account/did:plc:nobody", "/top/nothing"):
        body = found.get(path).body.decode()
        assert f'<time datetime="{made.as_of}" data-unit="second">' in body, path
        assert "the network “<bdi>test</bdi>”" in body, path


def test_an_unknown_handle_is_looked_up_and_the_page_comes_back_by_itself(found: Site) -> None:
    answer = found.get("/@somebody.example")
    assert (answer.status, answer.headers["retry-after"]) == (404, "30")
    assert b'<meta http-equiv="refresh" content="30">' in answer.body


@pytest.mark.parametrize("page", ["watch", "compare"])
def test_unknown_handles_of_a_list_are_looked_up_and_what_is_none_is_not(
    conninfo: str, database: psycopg.Connection, page: str
) -> None:
    with site(conninfo) as found:
        assert found.get(f"/{page}?actors=@Somebody.example,nodots,{ALICE},-bad.example").status == 200
    assert database.execute("select handle from cache.asked_handle").fetchall() == [("somebody.example",)]


def test_what_was_asked_for_and_is_not_there_is_named_as_it_was_asked_for(found: Site) -> None:
    assert "<bdi>Nothing is at GET /No/Such/Page</bdi>." in found.get("/No/Such/Page").body.decode()


def test_a_page_says_as_of_when_it_is_and_what_it_is_to_others(found: Site) -> None:
    answer = found.get("/top/accounts?window=1d")
    assert answer.page.as_of == "2026-07-04T12:01:00Z"
    text = answer.body.decode()
    assert '<link rel="canonical" href="https://tally.example/top/{kind}' not in text
    assert '<link rel="canonical" href="https://tally.example/top/accounts?window=1d">' in text
    assert '<meta property="og:title" content="Accounts by likes, last day · skytally">' in text


def test_the_chosen_theme_is_known_before_anything_is_drawn(found: Site) -> None:
    head = found.get("/").body.decode().partition("</head>")[0]
    theme, style = re.search(r'<script src="/static/theme.js[^>]*>', head), re.search(r'<link rel="stylesheet"', head)
    assert theme is not None
    assert style is not None
    assert theme.start() < style.start()
    assert "async" not in theme.group(0)
    assert "defer" not in theme.group(0)


@pytest.mark.parametrize(
    "path",
    ["/", "/top/accounts?window=1d", "/top/posts?window=1d", "/@alice.example",
     "/@alice.example?range=1d&bucket=300&previous=yes"],
)  # fmt: skip
def test_a_page_and_all_it_loads_are_small(found: Site, path: str) -> None:
    def size(address: str) -> int:
        return len(found.get(address, Accept_Encoding="br, gzip").body)

    page = found.get(path).page
    loaded = {str(value) for name, value in page.attributes if name in ("href", "src") and "/static/" in str(value)}
    assert size(path) < 40_000
    assert sum(map(size, loaded)) < 80_000


def test_a_badge_is_a_picture_with_the_apis_number(found: Site) -> None:
    answer = found.get(f"/badge/{ALICE}/likes_received.svg?window=1d")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert b"likes, last day: 15" in answer.body


@pytest.mark.parametrize(
    ("path", "status"),
    [("/badge/nobody.example/likes_received.svg", 404), (f"/badge/{ALICE}/nothing.svg", 400),
     ("/card/nobody.example.png", 404)],
)  # fmt: skip
def test_in_the_place_of_a_picture_is_a_line_and_no_page(found: Site, path: str, status: int) -> None:
    answer = found.get(path)
    assert (answer.status, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert b"<" not in answer.body


def test_a_share_card_is_a_picture(found: Site) -> None:
    answer = found.get(f"/card/{ALICE}.png")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    with Image.open(BytesIO(answer.body)) as image:
        assert image.size == (1200, 630)
        assert len(image.getcolors(1 << 20) or []) > 5
    page = found.get("/@alice.example").body.decode()
    assert f'<meta property="og:image" content="https://tally.example/card/{ALICE}.png">' in page


def test_an_embedded_chart_may_stand_on_other_pages_and_nothing_else_may(found: Site) -> None:
    framed = found.get(f"/embed/{ALICE}").headers["content-security-policy"]
    assert "frame-ancestors *" in framed
    assert "frame-ancestors 'none'" in found.get("/").headers["content-security-policy"]
