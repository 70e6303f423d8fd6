"""The balance of a run: what does not add up is said."""

from __future__ import annotations

import psycopg
import pytest

from benchmarks.balance import Balance, balance

SOUND = Balance(epochs=1, rows=90, quarantined=10, lane_events=90, lane_duplicates=3, tallied=90)


def test_a_sound_run_adds_up() -> None:
    assert SOUND.difference(100) == ""
    assert SOUND.difference() == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (SOUND._replace(epochs=2), "started 2 times"),
        (SOUND._replace(epochs=0), "started 0 times"),
        (SOUND._replace(rows=89, lane_events=89, tallied=89), "99 are kept"),
        (SOUND._replace(quarantined=11), "101 are kept"),
        (SOUND._replace(lane_events=91), "the lanes say 91"),
        (SOUND._replace(tallied=89), "89 events are in tallies"),
    ],
)
def test_every_difference_is_said(wrong: Balance, said: str) -> None:
    assert said in wrong.difference(100)
    assert "\n" not in wrong.difference(100)


def test_it_is_read_from_all_tables(database: psycopg.Connection, conninfo: str) -> None:
    assert balance(conninfo) == Balance(0, 0, 0, 0, 0, 0)
    for statement in (
        "insert into epoch (host) values ('a')",
        "select ensure_day('2026-07-04')",
        "insert into event (time, actor, rev, rkey, collection, lane, operation)"
        " select '2026-07-04', 1, n, n, 1, 0, 'c' from generate_series(1, 6) as n",
        "insert into quarantine (digest, reason, host, lane, epoch, size, sample) values ('a', 'b', 'a', 0, 1, 0, '')",
        "update lane set events = lane + 1, duplicates = 1 where lane < 3",
        "insert into network_minute values ('2026-07-04', 1, 'c', 3)",
        "insert into network_tally_0 values ('2026-07-04', 1, 2, 'c')",
        "insert into network_tally_1 values ('2026-07-04', 1, 1, 'c')",
    ):
        database.execute(statement.encode())
    assert balance(conninfo) == Balance(1, 6, 1, 6, 3, 6)
    assert balance(conninfo).difference(7) == ""
