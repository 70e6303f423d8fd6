"""Feeds at work: what a worker takes for them in the transaction of a batch, and what deletes take out, each once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.feeds.kept import FeedsFile, matcher_of
from collector.feeds.matcher import Matcher
from collector.feeds.ranking import Rankings
from sql import tid
from tests.collector.frames import ALICE, BOB, CAROL, NOON_US, delete, key, mention, post, post_uri, quote, reply
from tests.collector.rig import Rig
from tests.collector.test_writer import REFUSE

FEEDS = """
[[feeds]]
id = "norsk"
name = "Norsk"
languages = ["nb", "no"]

[[feeds]]
id = "cats"
name = "Cats"
keywords = { include = ["cat*"], exclude = ["dog"] }
replies = false
text_days = 2
"""


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        yield found


def use(rig: Rig, text: str = FEEDS) -> None:
    """As the supervisor does it, and tells workers."""
    path = rig.folder / "feeds.toml"
    path.write_text(text)
    FeedsFile(str(path)).store(rig.collector)
    rig.vitals.set("feeds_changed", rig.vitals.get("feeds_changed") + 1)


def entries(rig: Rig) -> dict[str, list[tuple[str, int]]]:
    """What stands in each feed, newest first: the author, and the milliseconds after noon of its record key."""
    found: dict[str, list[tuple[str, int]]] = {}
    for feed, did, rkey in rig.owner.execute(
        """select feed.id, did, rkey from feed_entry join feed on number = feed join account on account.id = account
        order by feed.position, time desc, rkey desc"""
    ):
        found.setdefault(feed, []).append((did, (tid.time_us(rkey) - NOON_US) // 1000))
    return found


def counts(rig: Rig) -> dict[str, tuple[int, int]]:
    query = "select id, sum(gained)::int, sum(lost)::int from feed_hour join feed on number = feed group by id"
    return {feed: (gained, lost) for feed, gained, lost in rig.owner.execute(query)}


def texts(rig: Rig) -> list[tuple[Any, ...]]:
    return rig.owner.execute("select text, langs from feed_text order by time").fetchall()


def test_posts_are_taken_by_the_feeds_they_belong_to(rig: Rig) -> None:
    use(rig)
    rig.hand(
        post(ALICE, 1, text="Hei", langs=["nb-NO"]),
        post(BOB, 2, text="Cats!", langs=["en", "no"]),
        post(CAROL, 3, text="cat or dog"),
        reply(post_uri(ALICE, key(1)), BOB, 4, text="a cat", langs=["no"]),
        post(BOB, 5, text="my cat's", embed=quote(post_uri(ALICE, key(1)))),  # the long way
        post(BOB, 6, text="Catalogue", facets=[mention(ALICE)], langs=["nb"]),
        post(ALICE, 7, text="scat"),
        at=10,
    )  # fmt: skip
    assert entries(rig) == {
        "norsk": [(BOB, 6), (BOB, 4), (BOB, 2), (ALICE, 1)],
        "cats": [(BOB, 6), (BOB, 5), (BOB, 2)],
    }
    assert counts(rig) == {"norsk": (4, 0), "cats": (3, 0)}
    assert texts(rig) == [("Cats!", ["en", "no"]), ("my cat's", []), ("Catalogue", ["nb"])]
    assert rig.vitals.get("feed_posts_taken") == 5
    assert rig.vitals.get("feed_entries_taken") == 7
    assert rig.audit().differences == []


def test_a_post_counts_once_however_often_it_comes(rig: Rig) -> None:
    use(rig)
    frames = [post(ALICE, 1, text="cat", langs=["no"]), post(BOB, 2, text="cat", facets=[mention(ALICE)])]
    rig.hand(*frames, *frames, at=3)
    rig.hand(*frames, at=4)
    rig.restart()
    rig.hand(*frames, at=5)
    assert entries(rig) == {"norsk": [(ALICE, 1)], "cats": [(BOB, 2), (ALICE, 1)]}
    assert counts(rig) == {"norsk": (1, 0), "cats": (2, 0)}


def test_a_deleted_post_leaves_in_whatever_order_the_two_come(rig: Rig) -> None:
    use(rig)
    rig.hand(post(ALICE, 1, text="cat"), delete("post", key(1), ALICE, 2), at=3)
    assert (entries(rig), counts(rig), texts(rig)) == ({}, {}, [])
    rig.hand(delete("post", key(5), ALICE, 6), at=7)
    rig.hand(post(ALICE, 5, text="cat"), at=8)
    assert (entries(rig), counts(rig), texts(rig)) == ({}, {}, [])
    rig.hand(post(BOB, 9, text="cat"), at=10)
    rig.hand(delete("post", key(9), BOB, 11), at=12)
    rig.hand(post(BOB, 13, rkey=key(9), text="cat, again"), at=14)  # made again
    assert entries(rig) == {"cats": [(BOB, 9)]}
    assert counts(rig) == {"cats": (2, 1)}
    assert texts(rig) == [("cat, again", [])]
    assert rig.vitals.get("feed_entries_gone") == 1


def test_a_changed_post_leaves_where_it_belongs_no_longer_and_comes_nowhere_new(rig: Rig) -> None:
    use(rig)
    rig.hand(post(ALICE, 1, text="cat", langs=["no"]), post(BOB, 2, text="bird"), at=3)
    rig.hand(
        post(ALICE, 4, rkey=key(1), operation="update", text="dog", langs=["no"]),
        post(BOB, 5, rkey=key(2), operation="update", text="cat"), at=6,
    )  # fmt: skip
    assert entries(rig) == {"norsk": [(ALICE, 1)]}
    assert texts(rig) == []


def test_rules_hold_from_the_next_batch_on(rig: Rig) -> None:
    rig.hand(post(ALICE, 1, text="cat"), at=2)
    use(rig)
    rig.hand(post(ALICE, 3, text="cat"), at=4)
    use(rig, FEEDS.replace('"cat*"', '"bird"'))
    rig.hand(post(ALICE, 5, text="cat"), post(ALICE, 6, text="bird"), at=7)
    assert entries(rig) == {"cats": [(ALICE, 6), (ALICE, 3)]}
    use(rig, "")
    rig.hand(post(ALICE, 8, text="bird"), delete("post", key(3), ALICE, 8), at=9)
    assert entries(rig) == {"cats": [(ALICE, 6)]}  # it may come back, and then without what was deleted
    assert rig.one("select count(*) from feed where removed_at is null") == 0
    use(rig)
    rig.hand(post(ALICE, 10, text="cat"), at=11)
    assert entries(rig) == {"cats": [(ALICE, 10), (ALICE, 6)]}


def test_a_post_that_the_database_refuses_is_in_no_feed(rig: Rig) -> None:
    use(rig)
    rig.owner.execute(REFUSE.encode())
    rig.owner.execute("insert into poison values (%s)", (tid.number(key(3)),))
    rig.hand(post(ALICE, 3, text="cat"), post(ALICE, 4, text="cat"), at=5)
    assert rig.one("select reason from quarantine") == "refused_by_database"
    assert (entries(rig), counts(rig), texts(rig)) == ({"cats": [(ALICE, 4)]}, {"cats": (1, 0)}, [("cat", [])])


def test_a_start_takes_no_numbers_for_feeds_that_are_there(rig: Rig) -> None:
    for _ in range(3):
        use(rig)
        use(rig, "")
    use(rig, FEEDS + '[[feeds]]\nid = "new"\nname = "New"\n')
    assert rig.owner.execute("select number from feed order by position").fetchall() == [(1,), (2,), (3,)]


def test_a_change_while_feeds_are_read_is_heard_with_the_next_batch(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    use(rig)

    def meanwhile(connection: psycopg.Connection) -> Matcher | None:
        found = matcher_of(connection)
        monkeypatch.undo()
        use(rig, FEEDS.replace('"cat*"', '"bird"'))
        return found

    monkeypatch.setattr("collector.worker.matcher_of", meanwhile)
    rig.hand(post(ALICE, 1, text="cat"), at=2)
    rig.hand(post(ALICE, 3, text="cat"), post(ALICE, 4, text="bird"), at=5)
    assert entries(rig) == {"cats": [(ALICE, 4), (ALICE, 1)]}


@pytest.mark.parametrize("worth", [1000.0, 1e-9])
def test_no_weight_keeps_a_batch_from_being_written(rig: Rig, worth: float) -> None:
    layer = f'{{ by = "author", weight = 10, authors = {{ "{ALICE}" = {worth} }} }}'
    use(rig, f'[[feeds]]\nid = "a"\nname = "A"\norder = "scored"\nscoring = [{layer}, {layer}]\n')
    rig.hand(post(ALICE, 1), post(BOB, 2), at=3)
    rig.fold()
    assert entries(rig) == {"a": [(BOB, 2), (ALICE, 1)]}
    assert Rankings(rig.roller).make() == 1
    first = rig.one("select did from feed_ranking join account on id = accounts[1]")
    assert first == (ALICE if worth > 1 else BOB)
