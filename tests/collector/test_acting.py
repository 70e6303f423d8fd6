"""Boards by actors: those who are on a board, by how many different accounts did it."""

from __future__ import annotations

import random

import pytest

from collector.boards import Boards
from collector.log_boards import INTERVAL_S, LogBoards
from collector.windows import HOUR_LONG
from sql import tid
from tests.collector.frames import ALICE, BOB, CAROL, key, like, post, post_uri, quote
from tests.collector.history import History
from tests.collector.rig import Rig

ROWS = 5
Made = dict[tuple[str, str], list[tuple[str, int]]]


def made(rig: Rig, window: str) -> Made:
    """Every board by actors that is not empty."""
    dids: dict[int, str] = dict(rig.owner.execute("select id, did from account").fetchall())
    found: Made = {}
    query = "select * from board_by_actors where time_window = %s and replaced_at is null"
    for kind, metric, _, _, _, keys, rkeys, actors, _ in rig.owner.execute(query, (window,)):
        posts = [post_uri(dids[k], tid.text(r)) for k, r in zip(keys, rkeys or [0] * len(keys), strict=True)]
        names = posts if kind == "posts" else [dids[k] for k in keys]
        if names:
            found[kind, metric] = list(zip(names, actors, strict=True))
    return found


@pytest.mark.parametrize("seed", [31, 32])
def test_they_rank_the_rows_of_boards_by_different_accounts(rig: Rig, seed: int) -> None:
    history, rng = History(rig, seed), random.Random(seed)
    for _ in range(6):
        for _ in range(rng.randrange(40, 120)):
            history.act()
        history.turn(rng.choice(history.dids), hide=rng.random() < 0.5)
        history.fold()
        Boards(rig.roller, ROWS, 40).refresh()
        for window in INTERVAL_S:
            assert LogBoards(rig.roller, ROWS).make(window)
            assert made(rig, window.name) == expected(history, window.name), window.name
        history.minute += rng.choice([1, 59, 300, 2000])


def expected(history: History, window: str) -> Made:
    """The rows of the model's boards, by its actors."""
    actors = history.model.actors(window, history.minute)
    found: Made = {}
    for board, lines in history.model.boards(window, history.minute, ROWS).items():
        if board[0] in ("accounts", "posts") and board not in (("accounts", "posts"), ("accounts", "experience")):
            counted = [(name, actors[board][name]) for name, _, _ in lines if name in actors[board]]
            found[board] = sorted(counted, key=lambda line: (-line[1], line[0]))
    return found


def test_one_who_does_it_often_counts_once(rig: Rig) -> None:
    often = [like(post_uri(ALICE, key(n)), CAROL, n) for n in range(20)]
    rig.hand(*often, like(post_uri(BOB, key(1)), CAROL, 30), like(post_uri(BOB, key(1)), ALICE, 31))
    rig.hand(post(CAROL, 40, embed=quote(post_uri(BOB, key(1)))))
    rig.fold()
    Boards(rig.roller, 100, 40).refresh()
    assert rig.one("select gained from board where metric = 'likes_received' and time_window = '1h'") == [20, 2]
    assert LogBoards(rig.roller, 100).make(HOUR_LONG)
    found = made(rig, "1h")
    assert found["accounts", "likes_received"] == [(BOB, 2), (ALICE, 1)]
    assert found["accounts", "engagement"] == [(BOB, 2), (ALICE, 1)]  # who liked and quoted is one
    assert found["posts", "engagement"][0] == (post_uri(BOB, key(1)), 2)


def test_of_a_window_that_the_log_does_not_have_whole_there_are_none_any_more(rig: Rig) -> None:
    day_ms = 86_400_000
    rig.hand(*[like(post_uri(BOB, key(1)), CAROL, day * day_ms) for day in range(5)], at=4 * day_ms + 999)
    rig.fold()
    Boards(rig.roller, 100, 40).refresh()

    def by_window() -> dict[str, bool]:
        boards = LogBoards(rig.roller, 100)
        assert all(boards.make(window) for window in INTERVAL_S)
        return {window.name: bool(made(rig, window.name)) for window in INTERVAL_S}

    assert by_window() == {"1h": True, "1d": True, "7d": True}
    rig.owner.execute("select drop_day('event', '2026-07-04')")
    assert by_window() == {"1h": True, "1d": True, "7d": False}


def test_there_are_none_before_there_are_boards(rig: Rig) -> None:
    assert not LogBoards(rig.roller, 100).make(HOUR_LONG)
