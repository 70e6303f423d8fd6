"""Texts of posts as readers get them: where they are kept and not too old, whole in answers, a line on pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from collector.boards import Boards
from sql import tid
from tests.collector.frames import ALICE, BOB, CAROL, delete, key, like, notice, post, post_uri
from tests.collector.rig import Rig
from tests.web.site import Answer, site

TEXT = "=1+1 <b>bold</b>\n\n\u202e \"{{7*7}}'\u2028end & so on"
LINE = "=1+1 &lt;b&gt;bold&lt;/b&gt; \u202e &#34;{{7*7}}&#39; end &amp; so on"
PAGES = ("/", "/top/posts", f"/account/{ALICE}", f"/post/{ALICE}/{key(1)}")


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    """Alice's two posts and Bob's are on boards, of which the first of hers and his have a text."""
    with closing(Rig(conninfo, tmp_path)) as found:
        liked = (post_uri(ALICE, key(1)), post_uri(BOB, key(2)), post_uri(ALICE, "by-hand"))
        places = [place for place in range(3) for _ in range(3 - place)]
        found.hand(*[like(liked[place], CAROL, n) for n, place in enumerate(places)], at=60_000)
        found.fold()
        Boards(found.roller, 100, 40).refresh()
        for did, rkey in ((ALICE, key(1)), (BOB, key(2))):
            found.owner.execute(
                "insert into post_text (account, rkey, text) select id, %s, %s from account where did = %s",
                (tid.number(rkey), TEXT, did),
            )
        yield found


def ask(rig: Rig, path: str) -> Answer:
    """The answer of a site that has answered nothing before."""
    rig.owner.execute("truncate cache.entry")
    with site(rig.conninfo) as found:
        return found.get(path)


def rows(rig: Rig, path: str) -> list[tuple[Any, ...]]:
    return [(row["did"], row["rkey"], row["text"]) for row in ask(rig, f"/api/v1{path}").json["rows"]]


def test_answers_carry_the_texts_that_are_kept(rig: Rig) -> None:
    mine = [(ALICE, key(1), TEXT), (ALICE, "by-hand", None)]
    assert rows(rig, "/top/posts") == [mine[0], (BOB, key(2), TEXT), mine[1]]
    assert rows(rig, f"/accounts/{ALICE}/top-posts?window=1d") == mine
    assert ask(rig, f"/api/v1/posts/{ALICE}/{key(1)}").json["text"] == TEXT
    assert ask(rig, f"/api/v1/posts/{ALICE}/by-hand").json["text"] is None
    sheet = ask(rig, "/api/v1/top/posts?format=csv").body.decode()
    assert [row["text"] for row in csv.DictReader(io.StringIO(sheet, newline=""))] == [f"'{TEXT}"] * 2 + [""]


def test_a_text_that_is_kept_empty_or_asked_for_days_ago_is_none(rig: Rig) -> None:
    rig.owner.execute("update post_text set text = null where rkey = %s", (tid.number(key(2)),))
    rig.owner.execute("update post_text set asked_at = now() - interval '49 hours' where text is not null")
    assert [text for *_, text in rows(rig, "/top/posts")] == [None] * 3


def test_a_text_leaves_with_its_post_and_its_author_though_it_is_still_kept(rig: Rig) -> None:
    rig.hand(delete("post", key(1), ALICE, 61_000), notice("account", BOB, 62_000, active=False, status="deactivated"))
    assert rows(rig, "/top/posts") == [(ALICE, "by-hand", None)]
    assert rows(rig, f"/accounts/{ALICE}/top-posts?window=1d") == [(ALICE, "by-hand", None)]
    assert ask(rig, f"/api/v1/posts/{ALICE}/{key(1)}").status == 410
    assert ask(rig, f"/api/v1/posts/{BOB}/{key(2)}").status == 404
    rig.hand(post(ALICE, 63_000, rkey=key(1)))
    assert rows(rig, "/top/posts") == [(ALICE, key(1), None), (ALICE, "by-hand", None)]


@pytest.mark.parametrize("path", PAGES)
def test_pages_show_a_text_as_one_line_that_does_nothing_and_where_to_read_it(rig: Rig, path: str) -> None:
    body = ask(rig, path).body.decode()
    shown = f'<bdi class="said" dir="auto">{LINE}</bdi>'
    assert body.count(shown) == (2 if path in ("/", "/top/posts") else 1)
    assert body.count('class="said"') == body.count(shown)
    assert f'<a href="https://bsky.app/profile/{ALICE}/post/{key(1)}" rel="noopener noreferrer">' in body


def test_pages_cut_a_long_text_and_leave_an_empty_one_out(rig: Rig) -> None:
    rig.owner.execute("update post_text set text = case when rkey = %s then %s else %s end",
                      (tid.number(key(1)), "é" * 3000, " \n "))  # fmt: skip
    for path, most in (("/", 120), ("/top/posts", 120), (f"/post/{ALICE}/{key(1)}", 1000)):
        body = ask(rig, path).body.decode()
        assert body.count('class="said"') == 1, path
        assert f'dir="auto">{"é" * (most - 3)}...</bdi>' in body
    assert "<blockquote" not in ask(rig, f"/post/{BOB}/{key(2)}").body.decode()
