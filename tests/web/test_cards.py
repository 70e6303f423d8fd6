"""Share cards: every page has one, with what stands on the page, and nothing that the font can not write."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from PIL import Image

from collector.boards import Boards
from tests.collector.frames import ALICE, BOB, CAROL, key, like, post, post_uri
from tests.collector.rig import Rig
from tests.conftest import new_database
from tests.web.site import Site, site
from web import asking
from web.database import Database
from web.pages import PAGES, card
from web.pages.picture import ranked, writable

HOUR_MS = 3_600_000
TAGS = ("bird", "brasileirão", "まどドラ", "cat", "art", "tea", "sea", "sky")


class Found(NamedTuple):
    """A site, and the database it is on."""

    site: Site
    conninfo: str


@pytest.fixture(scope="module")
def found(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    """Two hours of posts with tags, the first in the list in most of them, and likes."""
    with new_database(server) as conninfo:
        with closing(Rig(conninfo, tmp_path_factory.mktemp("cards"))) as rig:
            posts = [
                post(did, n * 100 - HOUR_MS * hour, tags=list(TAGS[: n + 1]), text="😂 👩‍💻", langs=["fr"])
                for n in range(len(TAGS)) for hour in (0, 1) for did in (ALICE, BOB)
            ]  # fmt: skip
            likes = [like(post_uri(ALICE, key(0)), did, 5000 + n) for n, did in enumerate((BOB, CAROL))]
            rig.hand(*posts, *likes, at=60_000)
            rig.fold()
            Boards(rig.roller, 1100, 40).refresh()
            rig.owner.execute("update account set handle = 'alice.example' where did = %s", (ALICE,))
        with site(conninfo, public_url="https://tally.example", web_misses_per_second=0) as running:
            yield Found(running, conninfo)


def values(found: Found, make: Any, ask: asking.Ask) -> dict[str, Any]:
    """What is on a card."""

    async def read() -> dict[str, Any]:
        database = Database(found.conninfo, 1)
        await database.pool.open()
        try:
            async with database.snapshot() as snapshot:
                return dict(await make(snapshot, ask))
        finally:
            await database.pool.close()

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("page", "card"),
    [("/", "/card/home.png"), ("/network", "/card/home.png"), ("/method", "/card/home.png"),
     ("/status", "/card/home.png"), ("/@alice.example", f"/card/{ALICE}.png"),
     (f"/post/{ALICE}/{key(0)}", f"/card/post/{ALICE}/{key(0)}.png"),
     ("/languages?window=7d", "/card/top/languages.png?metric=posts&window=7d"),
     *[(f"/top/{kind}?window=1d", f"/card/top/{kind}.png?metric={metric}&window=1d") for kind, metric in
       (("accounts", "likes_received"), ("posts", "engagement"), ("hashtags", "posts"), ("links", "posts"),
        ("domains", "posts"), ("emoji", "posts"), ("languages", "posts"))]],
)  # fmt: skip
def test_a_page_names_its_card_and_it_is_a_picture(found: Found, page: str, card: str) -> None:
    body = found.site.get(page).body.decode()
    [named] = re.findall(r'<meta property="og:image" content="([^"]*)">', body)
    assert unescape(named) == f"https://tally.example{card}"
    assert '<meta name="twitter:card" content="summary_large_image">' in body
    answer = found.site.get(card)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    with Image.open(BytesIO(answer.body)) as image:
        assert image.size == (1200, 630)
        assert len(image.getcolors(1 << 20) or []) > 5


def test_no_handle_can_be_the_name_of_another_card() -> None:
    names = [
        page.path.removeprefix("/card/").removesuffix(".png")
        for page in PAGES if page.path.startswith("/card/") and page.path.count("/") == 2 and "{" not in page.path
    ]  # fmt: skip
    assert names == ["home"]
    assert not any(asking.is_handle(name) or name.startswith("did:") for name in names)


def test_a_card_of_hashtags_has_the_boards_and_leaves_out_what_can_not_be_written(found: Found) -> None:
    rows = found.site.get("/api/v1/top/hashtags?window=1d").json["rows"]
    shown = [(row["rank"], f"#{row['key']}", row["value"]) for row in rows if row["key"].isascii()][:5]
    made = values(found, card.top, card.TopCard(kind="hashtags", window="1d"))
    assert made["rows"] == shown
    assert [rank for rank, _, _ in shown] == [1, 4, 5, 6, 7]
    assert made["title"] == "Hashtags by posts"


def test_cards_of_accounts_and_posts_have_handles_and_figures_and_know_whom_they_name(found: Found) -> None:
    rows = found.site.get("/api/v1/top/accounts?window=1d&metric=posts").json["rows"]
    made = values(found, card.top, card.TopCard(kind="accounts", metric="posts", window="1d"))
    assert made["rows"] == [
        (row["rank"], f"@{row['handle']}" if row["handle"] else row["did"], row["value"]) for row in rows
    ]
    assert made["dids"] == [row["did"] for row in rows] == [ALICE, BOB]
    made = values(found, card.post, card.PostCard(actor=ALICE, rkey=key(0)))
    totals = found.site.get(f"/api/v1/posts/{ALICE}/{key(0)}").json["totals"]["all"]
    assert made["figures"] == [
        (name.capitalize(), totals[name]["net"]) for name in ("likes", "reposts", "replies", "quotes")
    ]
    assert (made["title"], made["dids"], sum(made["points"])) == ("A post by @alice.example", [ALICE], 2)


def test_home_has_the_figures_of_the_page(found: Found) -> None:
    made = values(found, card.now, asking.Nothing())
    shown = found.site.get("/").page.figures
    assert [(f"{name}, last full hour", f"{value:,}") for name, value in made["figures"]] == [
        (name, value) for name, value in shown.items() if name.endswith("last full hour")
    ]
    assert made["figures"][0] == ("Posts", 16)


def test_emoji_are_there_by_name(found: Found) -> None:
    made = values(found, card.top, card.TopCard(kind="emoji", window="1d"))
    assert [name for _, name, _ in made["rows"]] == ["woman, combined", "face with tears of joy"]
    assert card.emoji_named("🇯🇵") == "flag JP"
    assert card.emoji_named("❤️") == "heavy black heart"


def test_a_picture_shows_what_it_is_given() -> None:
    def drawn(*rows: tuple[int, str, int]) -> bytes:
        return ranked({"title": "Accounts", "said": "last hour", "rows": list(rows)})

    pictures = {drawn(), drawn((1, "a.example", 5)), drawn((1, "b.example", 5)), drawn((1, "a.example", 6))}
    assert len(pictures) == 4
    assert drawn((1, "a" * 50, 5)) == drawn((1, "a" * 60, 5)), "long names are cut short"
    assert drawn((1, "a.example", 6)) == drawn((1, "a.example", 6))


@pytest.mark.parametrize(
    ("text", "may_be"), [("#art", True), ("日本", False), ("é", False), ("", False), ("a b…", True)]
)
def test_what_the_font_lacks_is_known(text: str, may_be: bool) -> None:
    assert writable(text) is may_be


@pytest.mark.parametrize(
    ("path", "status"),
    [("/card/top/nothing.png", 400), ("/card/top/hashtags.png?metric=likes", 400),
     ("/card/top/hashtags.png?window=2h", 400), ("/card/nobody.example.png", 404),
     (f"/card/post/{ALICE}/%00.png", 400), ("/card/homes.png", 400)],
)  # fmt: skip
def test_what_no_card_can_be_of_is_refused(found: Found, path: str, status: int) -> None:
    assert found.site.get(path).status == status
