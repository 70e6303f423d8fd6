"""Reading boards and series: what is on a page, whom it leaves out at once, what it was before, and what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest

from collector.batch import Gap
from collector.boards import Boards
from tests.collector.frames import ALICE, BOB, CAROL, NOON_US, like, notice, post_uri
from tests.collector.rig import Rig
from web import boards

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
HOUR_MS, HOUR = 3_600_000, timedelta(hours=1)
DAVE = "did:plc:" + "d" * 24
Result = TypeVar("Result")


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        yield found


def likes(of: str, count: int, at: int) -> list[bytes]:
    return [like(post_uri(of, "3mpsz5xmars22"), DAVE, at + n) for n in range(count)]


def ask(rig: Rig, what: Callable[[psycopg.AsyncConnection[Any]], Awaitable[Result]]) -> Result:
    async def asked() -> Result:
        async with await psycopg.AsyncConnection.connect(
            rig.conninfo, user="skytally_web", options="-c search_path=skytally"
        ) as connection:
            return await what(connection)

    return asyncio.run(asked())


def page(rig: Rig, window: str = "1h", **named: Any) -> list[tuple[Any, ...]]:
    found = ask(rig, lambda connection: boards.accounts(connection, "likes_received", window, **named))
    assert found is not None
    columns = ("rank", "did", "value", "previous_rank", "previous_value")
    return [tuple(row[name] for name in columns) for row in found.rows]


def make(rig: Rig) -> None:
    """Fold, keep the hours that have ended, and make the boards."""
    rig.fold()
    made = Boards(rig.roller, 100, 40)
    while made.keep_hour():
        pass
    made.refresh(set())


def test_a_page_has_ranks_and_those_of_one_window_earlier(rig: Rig) -> None:
    rig.hand(*likes(ALICE, 3, 0), *likes(BOB, 5, 10), at=59 * 60_000)
    rig.hand(*likes(ALICE, 9, HOUR_MS), *likes(BOB, 2, HOUR_MS + 10), *likes(CAROL, 2, HOUR_MS + 20), at=HOUR_MS + 99)
    rig.hand(*likes(ALICE, 1, 2 * HOUR_MS), at=2 * HOUR_MS + 59 * 60_000)
    make(rig)
    assert page(rig) == [(1, ALICE, 1, 1, 9)]
    assert page(rig, at=NOON + HOUR) == [(1, BOB, 5, None, None), (2, ALICE, 3, None, None)]
    assert page(rig, at=NOON + 2 * HOUR) == [(1, ALICE, 9, 2, 3), (2, BOB, 2, 1, 5), (3, CAROL, 2, None, None)]
    assert page(rig, at=NOON + 2 * HOUR, offset=1, limit=1) == [(2, BOB, 2, 1, 5)]
    beyond = ask(rig, lambda c: boards.accounts(c, "likes_received", "1h", at=NOON + 2 * HOUR, offset=9))
    assert beyond is not None
    assert (beyond.total, beyond.rows, beyond.as_of) == (3, [], NOON + 2 * HOUR)
    assert ask(rig, lambda c: boards.accounts(c, "likes_received", "1h", at=NOON)) is None


def test_who_is_not_active_leaves_at_once_and_ranks_close_up(rig: Rig) -> None:
    rig.hand(*likes(ALICE, 3, 0), *likes(BOB, 5, 10), *likes(CAROL, 1, 20), at=59 * 60_000)
    make(rig)
    assert page(rig) == [(1, BOB, 5, None, None), (2, ALICE, 3, None, None), (3, CAROL, 1, None, None)]
    rig.hand(notice("account", BOB, 59 * 60_000, active=False, status="deleted"))
    assert page(rig) == [(1, ALICE, 3, None, None), (2, CAROL, 1, None, None)]
    rig.hand(notice("account", BOB, 59 * 60_000, seq=2, active=True))
    assert [did for _, did, *_ in page(rig)] == [BOB, ALICE, CAROL]


def test_a_window_with_a_gap_says_so(rig: Rig) -> None:
    gap = Gap(NOON_US + 30 * 60_000_000, NOON_US + 45 * 60_000_000, "not_delivered")
    rig.hand(*likes(ALICE, 1, 0), gaps=[gap], at=59 * 60_000 + 59_000)
    make(rig)
    hour, day = (ask(rig, lambda c, w=w: boards.accounts(c, "likes_received", w)) for w in ("1h", "1d"))  # type: ignore[misc]
    assert hour is not None
    assert day is not None
    said = {"from": "2026-07-04T12:30:00+00:00", "to": "2026-07-04T12:45:00+00:00", "source": "test:1/subscribe",
            "reason": "not_delivered"}  # fmt: skip
    assert (hour.begins, hour.ends) == (NOON, NOON + HOUR)
    assert (hour.coverage.share, hour.coverage.gaps) == (0.75, [said])
    assert (day.coverage.share, day.coverage.gaps) == (0.03125, [said])  # nothing was counted before noon


def test_a_series_has_closed_hours_and_the_minutes_since(rig: Rig) -> None:
    for hour, count in enumerate((3, 0, 5, 2)):
        rig.hand(*likes(ALICE, count, hour * HOUR_MS), *likes(BOB, 1, hour * HOUR_MS + 50), at=hour * HOUR_MS + 99)
    make(rig)
    account = rig.owner.execute("select id from account where did = %s", (ALICE,)).fetchall()[0][0]

    def series(begin: datetime, end: datetime) -> list[tuple[Any, ...]]:
        rows = ask(rig, lambda connection: boards.account_series(connection, account, 14, begin, end))
        return [(row["hour"] - NOON, row["gained"], row["lost"]) for row in rows]

    assert rig.one("select hours_to = '2026-07-04 15:00Z' from fold")
    whole = [(0 * HOUR, 3, 0), (2 * HOUR, 5, 0), (3 * HOUR, 2, 0)]
    assert series(NOON - 700 * HOUR, NOON + 10 * HOUR) == whole
    assert series(NOON + HOUR, NOON + 3 * HOUR) == whole[1:2]
