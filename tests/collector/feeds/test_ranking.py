"""Scored feeds ranked from rollups, and what leaves feeds in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from math import log
from pathlib import Path

import pytest

from collector.feeds.leaving import FIRST, Leaving, retire, retire_texts
from collector.feeds.ranking import Rankings
from sql import statement, tid
from sql.session import connect
from tests.collector.frames import ALICE, BOB, NOON_US, delete, key, like, post, post_uri
from tests.collector.rig import Rig

HOUR, DAY = 3_600_000, 86_400_000
SCORED = f"""
[[feeds]]
id = "best"
name = "Best"
order = "scored"
days = 10
[[feeds.scoring]]
by = "age"
weight = 2
[[feeds.scoring]]
by = "engagement"
[[feeds.scoring]]
by = "author"
authors = {{ "{BOB}" = 0.5 }}

[[feeds]]
id = "words"
name = "Words"
keywords = {{ include = ["cat"] }}
days = 2
text_days = 1
"""


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        found.feeds(SCORED)
        found.restart()
        yield found


def ranked(rig: Rig) -> list[tuple[int, float]]:
    """The latest ranking: milliseconds after noon, and scores."""
    row = rig.owner.execute("select rkeys, scores from feed_ranking order by made_at desc limit 1").fetchone()
    assert row is not None
    return [((tid.time_us(rkey) - NOON_US) // 1000, score) for rkey, score in zip(*row, strict=True)]


def test_a_score_is_the_product_of_its_layers_over_all_that_is_folded(rig: Rig) -> None:
    old, new, bobs = 1, 2 * DAY + 1, 2 * DAY + 2
    rig.hand(post(ALICE, old), *[like(post_uri(ALICE, key(old)), f"did:plc:a{n}", 10 + n) for n in range(20)], at=60)
    rig.fold()
    rig.hand(like(post_uri(ALICE, key(old)), "did:plc:b", DAY + 30), at=DAY + HOUR)  # another day
    rig.fold()
    rig.hand(
        post(ALICE, new), post(BOB, bobs), like(post_uri(ALICE, key(old)), "did:plc:c", 2 * DAY + 3),
        *[like(post_uri(BOB, key(bobs)), f"did:plc:d{n}", 2 * DAY + 4 + n) for n in range(9)],
        delete("like", key(2 * DAY + 4), "did:plc:d0", 2 * DAY + 50), at=2 * DAY + 60,
    )  # fmt: skip
    rig.fold()
    assert Rankings(rig.roller).make() == 1
    of_old = (1 + log(1 + 22)) / (1 + 2)
    expected = [(bobs, 0.5 * (1 + log(1 + 8))), (old, of_old), (new, 1.0)]
    assert [at for at, _ in ranked(rig)] == [at for at, _ in expected]
    assert [score for _, score in ranked(rig)] == pytest.approx([score for _, score in expected], rel=1e-3)
    rig.hand(delete("post", key(new), ALICE, 2 * DAY + 70), at=2 * DAY + 80)
    Rankings(rig.roller).make()
    assert [at for at, _ in ranked(rig)] == [bobs, old]
    assert rig.one("select count(*) from feed_ranking") == 2
    rig.owner.execute("update feed_ranking set made_at = made_at - interval '2 hours'")
    Rankings(rig.roller).make()
    assert rig.one("select count(*) from feed_ranking") == 1


def test_posts_leave_after_their_days_and_texts_after_theirs(rig: Rig) -> None:
    rig.hand(*[post(ALICE, at, text="cat") for at in (1, DAY, 5 * DAY // 2)], at=3 * DAY)
    noon = datetime(2026, 7, 4, 12, tzinfo=UTC)

    def left() -> tuple[object, object, object]:
        return (
            rig.one("select count(*) from feed_entry join feed on number = feed where id = 'best'"),
            rig.one("select count(*) from feed_entry join feed on number = feed where id = 'words'"),
            rig.one("select count(*) from feed_text"),
        )

    assert left() == (3, 3, 3)
    retire_texts(rig.roller, noon + timedelta(days=2))
    assert left() == (3, 3, 2)
    retire(rig.roller, noon + timedelta(days=2, hours=1))
    assert left() == (3, 2, 2)
    retire(rig.roller, noon + timedelta(days=10, hours=1))
    assert left() == (2, 0, 2)
    retire_texts(rig.roller, noon + timedelta(days=2))
    assert left() == (2, 0, 0)


def test_a_feed_that_is_gone_for_good_leaves_nothing(rig: Rig) -> None:
    rig.hand(post(ALICE, 1, text="cat"), at=2)
    rig.fold()
    Rankings(rig.roller).make()
    rig.feeds("")
    noon = datetime(2026, 7, 4, 12, tzinfo=UTC)
    retire(rig.roller, noon)
    assert rig.one("select count(*) from feed_entry") == 2
    rig.owner.execute("update feed set removed_at = now() - interval '2 days'")
    retire(rig.roller, noon)
    retire_texts(rig.roller, noon)
    tables = ("feed", "feed_entry", "feed_text", "feed_hour", "feed_ranking")
    assert [rig.one(f"select count(*) from {table}") for table in tables] == [0] * 5


def test_texts_of_the_last_feed_leave_after_it(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.hand(post(ALICE, 1), at=60)
    rig.fold()
    rig.owner.execute("insert into feed_text values (1, 1, 1, now(), 'words', '{}')")
    leaving, clock = Leaving(rig.roller), 0.0
    monkeypatch.setattr("collector.feeds.leaving.time.monotonic", lambda: clock)
    leaving.work()
    assert rig.one("select count(*) from feed_text") == 0
    rig.owner.execute("delete from feed")
    rig.owner.execute("insert into feed_text values (1, 1, 1, now(), 'words', '{}')")
    clock = 60.0
    leaving.work()  # to the end of the walk that has begun
    clock = 3659.0
    leaving.work()
    assert rig.one("select count(*) from feed_text") == 1
    clock = 3661.0
    leaving.work()
    assert rig.one("select count(*) from feed_text") == 0


def test_texts_leave_some_at_a_time_and_what_is_just_changed_later(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.feeds.leaving.TEXTS_AT_ONCE", 2)
    query = "insert into feed_text values (%s, %s, 1, now(), 'words', '{}')"
    for number in range(5):
        rig.owner.execute(query, (number % 2, number // 2))
    noon = datetime(2026, 7, 4, 12, tzinfo=UTC)
    with connect(rig.conninfo, None, "a worker") as worker, worker.transaction():
        worker.execute("update feed_text set text = 'others' where (account, rkey) = (1, 0)")
        for after, place, left in ((FIRST, (0, 1), 4), ((0, 1), (1, 1), 2), ((1, 1), (2, 0), 1), ((2, 0), None, 1)):
            assert retire_texts(rig.roller, noon, after) == place
            assert rig.one("select count(*) from feed_text") == left
    assert retire_texts(rig.roller, noon) == (0, 1)
    assert rig.one("select count(*) from feed_text") == 0


def test_rankings_go_with_the_order_of_their_feed_and_not_with_that_of_another(rig: Rig) -> None:
    rig.hand(post(ALICE, 1, text="cat"), at=2)
    rig.fold()
    Rankings(rig.roller).make()
    of_another = "insert into feed_ranking values (99, now() - interval '2 hours', '{}', '{}', '{}')"
    rig.owner.execute(of_another)
    made = {"feed": rig.one("select feed from feed_ranking where feed <> 99"), "paged": timedelta(hours=1)}
    rig.owner.execute(statement("feed/keep_ranking"), {**made, "accounts": [], "rkeys": [], "scores": []})
    assert rig.one("select count(*) from feed_ranking where feed = 99") == 1
    Rankings(rig.roller).make()
    assert rig.one("select count(*) from feed_ranking where feed = 99") == 0
    rig.owner.execute("update feed set removed_at = now()")
    Rankings(rig.roller).make()
    assert rig.one("select count(*) from feed_ranking") == 0


def test_hours_count_before_any_day_is_summed_up(rig: Rig) -> None:
    rig.hand(post(ALICE, 1), like(post_uri(ALICE, key(1)), BOB, 10), at=60)
    rig.fold()
    rig.hand(post(BOB, 3 * HOUR), at=3 * HOUR + 60)
    rig.fold()
    assert rig.one("select hours_to is not null and days_to is null from fold")
    Rankings(rig.roller).make()
    of, score = ranked(rig)[0]
    assert of == 1
    assert score == pytest.approx((1 + log(2)) / (1 + 3 / 24), rel=1e-2)
