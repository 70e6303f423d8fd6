"""What is dropped, and when: days of each table by age, days of the log that may be read again, and by a budget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from collector.retention import Quiet, Shortened, keep_to_budget, tend_days
from collector.settings import CollectorSettings
from sql import statement
from tests.collector.frames import BOB, delete, follow, frame, key, like, post, post_uri
from tests.collector.rig import Rig

BOBS = post_uri(BOB, key(1))
MINUTE, HOUR = 60_000, 3_600_000


def go_on(rig: Rig, at: int, quiet: Quiet | None = None) -> None:
    """So much comes that retention counts from there."""
    rig.hand(*[like(BOBS, at=at + n) for n in range(150)], at=at + 999)
    rig.fold()
    rig.collector.execute("select pg_stat_force_next_flush()")
    tend_days(rig.roller, CollectorSettings(), quiet)


def test_days_are_made_ahead_and_dropped_whole_and_follows_stay_known(rig: Rig) -> None:
    day = 86_400_000
    rig.hand(follow(BOB, at=0), like(BOBS, at=1))
    rig.hand(*[like(BOBS, at=9 * day + n) for n in range(150)], frame("com.example.t", at=60 * day))
    rig.fold()
    tend_days(rig.roller, CollectorSettings(minute_days_kept=10_000, hour_days_kept=10_000))
    rows = rig.owner.execute("select inhrelid::regclass::text from pg_inherits where inhparent = 'event'::regclass")
    assert sorted(name for (name,) in rows) == ["event_20260713", "event_20260714", "event_20260902"]
    rig.hand(delete("follow", key(0), at=9 * day + 1000), delete("like", key(1), at=9 * day + 1001))
    rig.fold()
    assert rig.numbers() == {
        "follows": 1, "followers": 1, "likes": 151, "likes_received": 151, "-follows": 1, "-followers": 1,
    }  # fmt: skip
    rig.hand(follow(BOB, at=0))
    assert rig.one("select count(*)::int from event where collection = 4") == 1  # the delete; the create is known


def test_what_comes_for_a_day_whose_minutes_are_dropped_is_folded_all_the_same(rig: Rig) -> None:
    day = 86_400_000
    rig.hand(like(BOBS, at=0))
    go_on(rig, 5 * day)
    assert rig.one("select to_regclass('account_minute_20260704') is null")
    rig.hand(like(BOBS, at=5), like(BOBS, at=5 * day + 1000))
    rig.fold()
    assert rig.one("select sum(gained)::int from account_hour where hour < '2026-07-05Z'") == 4


def test_an_old_day_that_was_dropped_is_made_again_by_a_worker_that_has_made_it_before(rig: Rig) -> None:
    day = 86_400_000
    rig.hand(like(BOBS, at=0))
    go_on(rig, 12 * day)
    assert rig.one("select to_regclass('event_20260704') is null")
    rig.hand(like(BOBS, at=5), at=12 * day + 1000)
    assert rig.one("select count(*)::int from event where time < '2026-07-05Z'") == 1


def test_an_old_day_stays_for_as_long_as_what_came_for_it_may_come_again(rig: Rig) -> None:
    quiet, begin = Quiet(rig.roller, timedelta(hours=2)), 12 * 24 * HOUR

    def is_there(at: int) -> object:
        go_on(rig, begin + at, quiet)
        return rig.one("select to_regclass('event_20260704') is not null")

    rig.hand(like(BOBS, at=0))
    assert is_there(0)
    assert is_there(HOUR)
    rig.restart()
    rig.hand(like(BOBS, at=0), like(BOBS, at=5), at=begin + HOUR + 1000)
    assert rig.one("select count(*)::int from event where time < '2026-07-05Z'") == 2  # the first one is known
    assert is_there(2 * HOUR + MINUTE)
    assert not is_there(5 * HOUR)


def test_an_old_day_that_somebody_reads_is_dropped_as_soon_as_they_are_through(rig: Rig) -> None:
    quiet, begin = Quiet(rig.roller, timedelta(hours=2)), 12 * 24 * HOUR
    rig.hand(like(BOBS, at=0))
    go_on(rig, begin, quiet)
    rig.roller.execute("set lock_timeout = '50ms'")
    with rig.owner.transaction():
        rig.owner.execute("select from event_20260704")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            go_on(rig, begin + 3 * HOUR, quiet)
    go_on(rig, begin + 3 * HOUR + MINUTE, quiet)
    assert rig.one("select to_regclass('event_20260704') is null")


def test_a_post_that_was_made_again_is_there_when_the_log_forgets_that(rig: Rig) -> None:
    rig.hand(post(at=0), delete("post", key(0), at=1), post(at=2, rkey=key(0)))
    rig.hand(post(BOB, at=3), delete("post", key(3), BOB, at=4))
    go_on(rig, 12 * 24 * HOUR)
    assert rig.one("select to_regclass('event_20260704') is null")
    gone = rig.owner.execute("select did from deleted_post join account on id = account").fetchall()
    assert gone == [(BOB,)]


def test_a_disk_budget_takes_the_oldest_days_of_the_log_and_nothing_else(rig: Rig) -> None:
    day = 86_400_000
    for number in range(5):
        rig.hand(*[like(BOBS, at=number * day + n) for n in range(100)])
    rig.fold()
    kept = CollectorSettings(minute_days_kept=10_000, hour_days_kept=10_000)
    tend_days(rig.roller, kept)
    before = rig.one("select sum(gained)::int from account_minute")
    assert keep_to_budget(rig.roller, kept) == (0, 0)
    tight = CollectorSettings(database_mib_max=1)
    found = keep_to_budget(rig.roller, tight)
    assert found == Shortened(3, found.over_bytes)
    assert found.over_bytes > 0
    days = rig.owner.execute("select distinct time::date - '2026-07-04' from event order by 1").fetchall()
    assert days == [(3,), (4,)]
    assert rig.one("select sum(gained)::int from account_minute") == before
    assert keep_to_budget(rig.roller, CollectorSettings(database_mib_max=100_000)) == (3, 0)
    rig.hand(like(BOBS, at=1000))  # its day is there again, and is not whole
    head = rig.owner.execute(statement("query/head")).fetchone()
    assert head is not None
    assert head[-1] == datetime(2026, 7, 7, tzinfo=UTC)
    # what readers have the site keep costs the log nothing
    rig.owner.execute("""
        insert into cache.entry (key, value, leased_until, expires_at)
        select n, (select string_agg(sha512((n + m)::text::bytea), '') from generate_series(1, 1000) as m), now(), now()
        from generate_series(1, 128) as n
    """)
    assert keep_to_budget(rig.roller, tight).over_bytes - found.over_bytes < 1 << 20


def test_nobody_waits_for_the_lock_of_days_where_theirs_are_there(rig: Rig) -> None:
    rig.hand(like(BOBS, at=0))
    rig.restart()
    with rig.owner.transaction():  # as who makes or drops another day
        rig.owner.execute("select pg_advisory_xact_lock(hashtext('skytally ensure_day'))")
        rig.collector.execute("set lock_timeout = '50ms'")
        rig.hand(like(BOBS, at=5))
    assert rig.one("select count(*)::int from event") == 2


def test_while_the_log_is_read_nothing_is_copied_to_drop_a_day_of_it(rig: Rig) -> None:
    rig.hand(*[follow(BOB, f"did:plc:{n:024d}", n) for n in range(2000)], at=3000)
    rig.hand(like(BOBS, at=12 * 24 * HOUR), at=12 * 24 * HOUR + 999)
    rig.fold()
    rig.roller.execute("set lock_timeout = '50ms'")
    kept = CollectorSettings(minute_days_kept=1000, hour_days_kept=1000)
    with rig.owner.transaction():
        rig.owner.execute("select count(*) from event where time > '2026-07-16'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            tend_days(rig.roller, kept)
    assert rig.one("select pg_relation_size('old_follow')") == 0
    tend_days(rig.roller, kept)
    assert rig.one("select count(*)::int from old_follow") == 2000
