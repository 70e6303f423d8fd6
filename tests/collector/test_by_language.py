"""Boards by language: what posts in one language are about, all of them, whatever happened to the posts."""

from __future__ import annotations

import itertools
import random

import pytest

from collector.boards import Boards
from collector.log_boards import INTERVAL_S, LogBoards
from collector.span import Span, span_of
from ops.audit.deliveries import deliveries
from tests.collector.frames import ALICE, BOB, NOON_US, delete, key, post
from tests.collector.history import History
from tests.collector.language_count import Line, in_language
from tests.collector.rig import Rig

ROWS = 3
LANGUAGES, BY = ("en", "ja", "pt", "de"), ("posts", "authors")


def made(rig: Rig, span: Span, language: str, by: str) -> list[Line]:
    """The board of hashtags, with names."""
    query = """
        select term.name, each.posts, each.authors
        from board_by_language as board
        join term as spoken on spoken.id = board.language
        cross join unnest(keys, posts, authors) with ordinality as each (key, posts, authors, rank)
        join term on term.id = each.key
        where kind = 'hashtags' and metric = %s and spoken.name = %s and time_window = %s and replaced_at is null
        order by rank
    """
    return rig.owner.execute(query, (by, language, span.window.name)).fetchall()


def check(rig: Rig) -> None:
    """Every board against what was handed."""
    events = list(deliveries(rig.handed, NOON_US + 10**13, lambda _: None).counted())
    boards = LogBoards(rig.roller, ROWS)
    for window in INTERVAL_S:
        assert boards.make(window)
        span = span_of(rig.roller, window)
        assert span is not None
        begin, end = (round(at.timestamp() * 1e6) for at in (span.begins, span.ends))
        for language, by in itertools.product(LANGUAGES, BY):
            expected = in_language(events, language, "hashtag", by, begin, end)[:ROWS]
            assert made(rig, span, language, by) == expected, (window.name, language, by)


@pytest.mark.parametrize("seed", [41, 42])
def test_they_are_what_a_recount_of_the_posts_says(rig: Rig, seed: int) -> None:
    history, rng = History(rig, seed), random.Random(seed)
    for _ in range(4):
        for _ in range(rng.randrange(60, 150)):
            history.act()
        history.fold()
        Boards(rig.roller, ROWS, 40).refresh()
        check(rig)
        history.minute += rng.choice([1, 59, 300, 2000])


def test_a_delete_takes_back_the_last_create_before_it_once(rig: Rig) -> None:
    spoken = {"langs": ["ja"], "tags": ["sora"]}
    rig.hand(
        post(ALICE, 1, **spoken), delete("post", key(1), ALICE, 5), delete("post", key(1), ALICE, 6),
        delete("post", key(2), BOB, 7), post(BOB, 8, **spoken),  # of something else
        at=59_000,
    )  # fmt: skip
    rig.hand(delete("post", key(20), BOB, 30), post(BOB, 20, **spoken), at=59_000)  # before its create
    rig.fold()
    Boards(rig.roller, ROWS, 40).refresh()
    check(rig)
    [span] = [span_of(rig.roller, window) for window in INTERVAL_S if window.name == "1h"]
    assert span is not None
    assert made(rig, span, "ja", "posts") == [("sora", 1, 2)]
