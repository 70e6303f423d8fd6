"""Texts of posts: which are asked about and when again, what is kept of an answer, and when it is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest

from benchmarks import appview as simulated
from collector.appview import POSTS_MAX, AppView, AppViewTrouble, Said
from collector.boards import Boards
from collector.post_view import PostSaid
from collector.resolver import Resolver
from collector.settings import ResolverSettings
from sql import tid
from sql.session import connect
from tests.collector.frames import ALICE, BOB, CAROL, delete, key, like, notice, post_uri
from tests.collector.rig import Rig

HOUR_MS = 3_600_000
ALICES, BOBS = post_uri(ALICE, key(1)), post_uri(BOB, key(2))


class Told:
    """An AppView that says what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.texts: dict[str, str | None] = {}
        self.knows_nobody = False

    def posts(self, uris: Sequence[str]) -> list[PostSaid]:
        self.asked.append(list(uris))
        return [PostSaid(uri, self.texts.get(uri, "words")) for uri in uris]

    def profiles(self, actors: Sequence[str]) -> list[Said]:
        self.asked.append(list(actors))
        if self.knows_nobody:
            raise AppViewTrouble("it is broken")
        return []


def resolver(rig: Rig, asked: Any, **settings: Any) -> Resolver:
    session = connect(rig.conninfo, "skytally_resolver", "texts of a test")
    rig._opened.append(session)
    return Resolver(session, asked, ResolverSettings(**settings))


def texts(rig: Rig, asked: Any, **settings: Any) -> Resolver:
    """One who has nobody's name to ask for."""
    rig.owner.execute("update account set resolved_at = now()")
    return resolver(rig, asked, **settings)


def liked(rig: Rig, *uris: str, at: int = 0) -> None:
    """The first the most, and all of them on boards."""
    places = [place for place in range(len(uris)) for _ in range(len(uris) - place)]
    rig.hand(*[like(uris[place], CAROL, at + n) for n, place in enumerate(places)], at=at + len(places))
    make_boards(rig)


def make_boards(rig: Rig) -> None:
    rig.fold()
    Boards(rig.roller, 100, 40).refresh()


def kept(rig: Rig) -> dict[str, str | None]:
    rows = rig.owner.execute("select did, rkey, text from post_text join account on id = account").fetchall()
    return {post_uri(did, tid.text(rkey)): text for did, rkey, text in rows}


def test_what_is_said_of_posts_on_boards_is_kept_and_of_some_nothing_is(rig: Rig) -> None:
    uris = [post_uri(ALICE, key(n)) for n in range(1000, 1150)]
    rig.hand(*[like(uri, CAROL, n) for n, uri in enumerate(uris)])
    rig.fold()
    Boards(rig.roller, 1000, 40).refresh()
    listener = simulated.listen()
    threading.Thread(target=simulated.serve, args=(listener,), daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with closing(AppView(url, "test")) as appview:
        work = texts(rig, appview, appview=url, post_text_rows=150)
        assert [work.ask() for _ in range(7)] == [25] * 6 + [0]
    said = {uri: simulated.post(uri) for uri in uris}
    assert kept(rig) == {
        uri: None if view is None or view["labels"] or "labels" in view["record"]
        else view["record"]["text"].replace("\x00", "\ufffd")
        for uri, view in said.items()
    }  # fmt: skip
    # one of each kind was among them
    assert {"unknown" if view is None else bool(view["labels"]) for view in said.values()} == {"unknown", True, False}
    assert any(view is not None and "labels" in view["record"] for view in said.values())
    assert any(view is not None and view["record"]["text"] in simulated.HOSTILE for view in said.values())


def test_those_nearest_the_top_are_asked_about_first_and_those_below_it_never(rig: Rig) -> None:
    uris = [post_uri(ALICE, key(n)) for n in range(40)]
    liked(rig, *uris)
    told = Told()
    work = texts(rig, told, post_text_rows=27)
    assert [work.ask() for _ in range(3)] == [25, 2, 0]
    assert told.asked == [uris[:POSTS_MAX], uris[POSTS_MAX:27]]


def test_of_those_equally_near_the_top_short_windows_come_first(rig: Rig) -> None:
    rig.hand(like(post_uri(ALICE, key(0)), BOB, 0), like(post_uri(BOB, key(0)), ALICE, 1))
    low, high = (did for (did,) in rig.owner.execute("select did from account order by id"))
    yesterdays, this_hours = post_uri(low, key(1)), post_uri(high, key(2))
    rig.hand(*[like(yesterdays, CAROL, 10 + n) for n in range(9)])
    liked(rig, this_hours, at=20 * HOUR_MS)
    told = Told()
    texts(rig, told).ask()
    assert told.asked[0][:2] == [this_hours, yesterdays]


def test_a_post_is_asked_about_again_when_what_is_kept_of_it_is_old(rig: Rig) -> None:
    liked(rig, ALICES, BOBS)
    told = Told()
    work = texts(rig, told, post_text_age_s_max=3600.0)
    assert (work.ask(), work.ask()) == (2, 0)
    assert kept(rig) == {ALICES: "words", BOBS: "words"}
    rig.owner.execute("update post_text set asked_at = now() - interval '61 minutes'")
    told.texts = {ALICES: "other words", BOBS: None}
    assert (work.ask(), work.ask()) == (2, 0)
    assert kept(rig) == {ALICES: "other words", BOBS: None}
    rig.owner.execute("update post_text set asked_at = now() - interval '59 minutes'")
    assert work.ask() == 0


def test_of_whom_nothing_is_said_nothing_is_kept_and_they_are_left_alone_for_a_while(rig: Rig) -> None:
    liked(rig, ALICES, BOBS)

    class Silent(Told):
        def posts(self, uris: Sequence[str]) -> list[PostSaid]:
            return []

    work = texts(rig, Silent())
    assert (work.ask(), work.ask()) == (2, 0)
    assert kept(rig) == {ALICES: None, BOBS: None}


def test_a_text_is_kept_while_its_post_is_on_a_board_and_a_day_longer(rig: Rig) -> None:
    liked(rig, ALICES, BOBS)
    work = texts(rig, Told())
    assert work.ask() == 2
    rig.owner.execute("update post_text set listed_at = now() - interval '25 hours'")
    assert work.ask() == 0
    assert kept(rig).keys() == {ALICES, BOBS}  # they still are on boards
    rig.owner.execute("delete from board where kind = 'posts'")
    rig.owner.execute("update post_text set listed_at = now() - interval '23 hours'")
    assert work.ask() == 0
    assert kept(rig).keys() == {ALICES, BOBS}
    rig.owner.execute("update post_text set listed_at = now() - interval '25 hours'")
    assert work.ask() == 0
    assert kept(rig) == {}


def test_a_deleted_post_and_one_whose_author_is_not_shown_are_forgotten_and_not_asked_about(rig: Rig) -> None:
    carols = post_uri(CAROL, key(3))
    rig.hand(*[like(uri, ALICE, 50 + n) for n, uri in enumerate((ALICES, BOBS, carols))])
    liked(rig, ALICES, BOBS)
    told = Told()
    work = texts(rig, told)
    assert work.ask() == 3
    rig.hand(delete("post", key(2), BOB, 60), notice("account", ALICE, 61, active=False, status="deactivated"))
    assert work.ask() == 0
    assert kept(rig) == {carols: "words"}
    rig.owner.execute("update account set hidden = true where did = %s", (CAROL,))
    rig.owner.execute("update post_text set asked_at = now() - interval '1 day'")
    assert work.ask() == 0
    assert kept(rig) == {}
    assert len(told.asked) == 1


def test_what_is_no_address_of_a_post_is_not_asked_about(rig: Rig) -> None:
    good = post_uri(BOB, "self-made:key_~1")
    liked(rig, *[post_uri(ALICE, rkey) for rkey in ("with space", "..", "ü", "x" * 400)], good, BOBS)
    told = Told()
    work = texts(rig, told)
    assert (work.ask(), work.ask()) == (2, 0)
    assert told.asked == [[good, BOBS]]


@pytest.mark.parametrize("settings", [{"post_texts": False}, {"appview": ""}])
def test_switched_off_nothing_is_asked_and_what_is_kept_is_deleted(rig: Rig, settings: dict[str, Any]) -> None:
    liked(rig, ALICES, BOBS)
    assert texts(rig, Told()).ask() == 2
    told = Told()
    assert texts(rig, told, **settings).ask() == 0
    assert (kept(rig), told.asked) == ({}, [])


@pytest.mark.parametrize("knows_nobody", [False, True])
def test_names_and_texts_take_turns_in_trouble_too(rig: Rig, knows_nobody: bool) -> None:
    dids = [f"did:plc:{n:024d}" for n in range(40)]
    liked(rig, *[post_uri(did, key(n)) for n, did in enumerate(dids)])
    told = Told()
    told.knows_nobody = knows_nobody
    work = resolver(rig, told)
    for _ in range(4):
        try:
            work.ask()
        except AppViewTrouble:
            assert knows_nobody
    asked = ["texts" if question[0].startswith("at:") else "names" for question in told.asked]
    assert asked == ["names", "texts", "names", "texts"]


