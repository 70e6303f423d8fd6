"""The fold: tallies leave and rollups grow in one transaction, and nothing is in both or in neither."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from collector import rollup
from collector.retention import tend_days
from collector.rollup import Fold
from collector.rollups import BUCKETS, ROLLUPS, Rollup, add_tallies
from collector.settings import CollectorSettings
from sql.session import connect
from tests.collector.frames import BOB, delete, follow, key, like, post, post_uri, reply
from tests.collector.rig import Rig

BOBS = post_uri(BOB, key(1))
MINUTE, HOUR = 60_000, 3_600_000
COUNTED = """
select sum(gained)::int from (
  select gained from account_minute where metric = 4
  union all select gained from account_tally_0 where metric = 4
  union all select gained from account_tally_1 where metric = 4
) as t
"""


class Cut(Exception):
    """The process died here."""


@pytest.mark.parametrize("point", ["fold_turned", "fold_summed", "fold_truncated", "fold_done"])
def test_a_fold_that_is_cut_off_anywhere_loses_and_doubles_nothing(
    rig: Rig, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.hand(*[like(BOBS, at=n) for n in range(10)])

    def cut(name: str) -> None:
        if name == point:
            raise Cut

    monkeypatch.setattr(rollup, "crashpoint", cut)
    with pytest.raises(Cut):
        rig.fold()
    monkeypatch.undo()
    assert rig.one(COUNTED) == 10
    rig.hand(*[like(BOBS, at=n) for n in range(10, 15)])
    for _ in range(2):
        rig.fold()
        assert rig.one(COUNTED) == 15
    assert rig.numbers() == {"likes": 15, "likes_received": 15}
    assert rig.audit().diff == 0


def test_a_fold_may_be_cut_off_before_every_one_of_its_statements(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    execute = rig.roller.execute
    for number in itertools.count():
        rig.hand(like(BOBS, at=number))
        left = iter(range(number))

        def cut(*given: Any, left: Iterator[int] = left) -> Any:
            if next(left, None) is None:
                raise Cut
            return execute(*given)

        monkeypatch.setattr(rig.roller, "execute", cut)
        with contextlib.suppress(Cut):
            rig.fold()
        monkeypatch.undo()
        assert rig.one(COUNTED) == number + 1
        if next(left, None) is not None:
            break
    assert number > 15, "of a fold with nothing late"
    assert rig.audit().diff == 0


@pytest.mark.parametrize("beside", ["nothing", "an old minute", "a closed hour"])
@pytest.mark.parametrize("again", ["ja", "en"])
def test_a_loss_of_terms_alone_reaches_its_minute(rig: Rig, again: str, beside: str) -> None:
    """The record is made a second time before it is deleted, and that comes late: one post less as before, of another
    language."""
    rig.hand(post(at=0, langs=["en"]), post(BOB, 5 * MINUTE, langs=["en"]), post(BOB, 6 * MINUTE, langs=["ja"]))
    rig.hand(delete("post", key(0), at=5 * MINUTE + 1), at=6 * MINUTE)
    rig.fold()
    if beside == "a closed hour":
        rig.hand(like(BOBS, at=3 * HOUR), at=3 * HOUR)
        rig.fold()
        assert rig.one("select count(*) > 0 from term_hour")
    late = post(at=MINUTE, rkey=key(0), langs=[again])
    rig.hand(late, *([like(BOBS, at=6 * MINUTE)] if beside == "an old minute" else []), at=6 * MINUTE)
    rig.fold()
    assert rig.audit().diff == 0


def test_what_is_new_in_a_minute_that_nothing_is_in_is_not_looked_for(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    inserted: dict[bool, set[str]] = {True: set(), False: set()}

    def noted(name: Rollup, bucket: str, *given: Any, is_first: bool) -> Any:
        inserted[is_first].add(bucket)
        return add_tallies(name, bucket, *given, is_first=is_first)

    monkeypatch.setattr(rollup, "add_tallies", noted)
    rig.hand(post(at=0, langs=["en"]), reply(BOBS, at=1), like(BOBS, at=2), follow(BOB, at=4))
    rig.fold()
    assert inserted == {True: {"minute"}, False: set()}
    rig.hand(like(BOBS, at=5), post(at=MINUTE, langs=["en"]), like(BOBS, at=MINUTE + 1), at=MINUTE)
    rig.fold()
    assert inserted == {True: {"minute"}, False: {"minute"}}
    assert rig.audit().diff == 0


def test_workers_and_folds_at_once_agree_with_the_recount(rig: Rig) -> None:
    done = threading.Event()

    def fold_and_fold() -> None:
        with connect(rig.conninfo, "skytally_roller", "roller of a thread") as connection:
            while not done.is_set():
                Fold(connection).fold()

    threads = [threading.Thread(target=fold_and_fold) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n in range(0, 600, 20):
        rig.hand(*[like(BOBS, at=n + m) for m in range(20)], at=n)
    done.set()
    for thread in threads:
        thread.join()
    rig.fold()
    assert rig.numbers() == {"likes": 600, "likes_received": 600}
    assert rig.audit().diff == 0


def test_the_watermark_waits_for_the_last_lane_and_for_the_fold(rig: Rig) -> None:
    rig.hand(like(BOBS), at=60_000)
    assert rig.one("select watermark from fold") is None
    rig.fold()
    assert rig.one("select watermark = (select min(stream_time) from lane) from fold")
    rig.owner.execute("update lane set stream_time = null where lane = 7")
    before = rig.one("select watermark from fold")
    rig.hand(like(BOBS, at=1), at=30_000)
    rig.fold()
    assert rig.one("select watermark from fold") == before


def test_the_hindmost_lane_decides_the_watermark_and_one_that_is_nowhere_yet_holds_it_back(rig: Rig) -> None:
    rig.hand(like(BOBS, at=60_000), at=60_000)
    rig.owner.execute("update lane set stream_time = stream_time - interval '7 seconds' where lane = 5")
    rig.fold()
    assert rig.one("select watermark = (select stream_time from lane where lane = 5) from fold")
    before = rig.one("select watermark from fold")
    rig.hand(like(BOBS, at=120_000), at=120_000)
    rig.owner.execute("update lane set stream_time = null where lane = 5")
    rig.fold()
    assert rig.one("select watermark from fold") == before


def test_the_roller_may_not_touch_the_log(rig: Rig) -> None:
    for query in (b"delete from event", b"insert into lane (lane) values (1)", b"update account set did = ''"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rig.roller.execute(query)


def sums(rig: Rig, bucket: str) -> list[tuple[Any, ...]]:
    """Every rollup of one bucket, summed by hours or days where the bucket is smaller."""
    found: list[tuple[Any, ...]] = []
    for one in ROLLUPS:
        key = ", ".join(one.key)
        amounts = "".join(f", sum({amount})::bigint" for amount in one.amounts)
        for below in BUCKETS[: BUCKETS.index(bucket) + 1]:
            query = f"""
                select date_trunc('{bucket}', {below}, 'UTC'), {key} {amounts} from {one.name}_{below}
                where {below} < (select {bucket}s_to from fold) group by 1, {key} order by 1, {key}
            """
            rows = rig.owner.execute(query.encode()).fetchall()
            found.append((one.name, below, rows))
    return found


def agree(rig: Rig, bucket: str) -> bool:
    """Whether the buckets hold what those below them hold, and there are some."""
    by_name: dict[str, list[Any]] = {}
    for name, _, rows in sums(rig, bucket):
        by_name.setdefault(name, []).append(rows)
    return all(rows[0] and all(other == rows[0] for other in rows) for rows in by_name.values())


def test_hours_and_days_are_summed_up_once_the_watermark_has_passed_and_take_in_what_is_late(rig: Rig) -> None:
    hour = 3_600_000
    lines = [make(at=n * hour // 3) for n in range(90) for make in (like_bobs, told)]
    rig.hand(*lines[:60], at=10 * hour)
    rig.fold()
    assert rig.one("select hours_to - (select min(minute) from network_minute) = interval '10 hours' from fold")
    assert rig.one("select days_to is null from fold")
    assert agree(rig, "hour")
    rig.hand(*lines[60:], like_bobs(at=hour + 7), told(at=2 * hour + 7), at=30 * hour)
    rig.fold()
    assert agree(rig, "hour")
    assert agree(rig, "day")
    rig.hand(like_bobs(at=hour + 8), told(at=5 * hour + 8), delete("post", key(0), at=29 * hour), at=31 * hour)
    rig.fold()
    assert agree(rig, "hour")
    assert agree(rig, "day")
    assert rig.audit().diff == 0
    tend_days(rig.roller, CollectorSettings(minute_days_kept=2, hour_days_kept=31))
    assert rig.one("select count(distinct day) = 1 from account_day")


def test_an_hour_that_is_not_over_is_not_summed_up(rig: Rig) -> None:
    hour = 3_600_000
    rig.hand(like_bobs(at=0), like_bobs(at=hour + 1), at=hour + 60_000)
    rig.fold()
    assert rig.one("select hours_to = date '2026-07-04' + time '13:00' at time zone 'UTC' from fold")


def like_bobs(at: int) -> bytes:
    return like(BOBS, at=at)


def told(at: int) -> bytes:
    return post(at=at, langs=["en"], tags=["Bird"], text="\N{BIRD}")


@pytest.mark.parametrize("point", ["summed_up", "closed"])
def test_closing_an_hour_that_is_cut_off_sums_nothing_twice(
    rig: Rig, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.hand(*[make(at=n * 60_000) for n in range(100) for make in (like_bobs, told)], at=2 * 3_600_000)

    def cut(name: str) -> None:
        if name == point:
            raise Cut

    monkeypatch.setattr(rollup, "crashpoint", cut)
    with pytest.raises(Cut):
        rig.fold()
    monkeypatch.undo()
    rig.fold()
    assert agree(rig, "hour")
