"""Days of an account: for how many in a row it has been active, and on which it gained levels.

Days are UTC's. It reads the rollups by the day, which are kept for ever, and as far back as a page shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from web.counts import points
from web.database import Snapshot
from web.experience import COUNTED, Rules
from web.level import level_of
from web.series import as_given, summed_of
from web.spans import DAY, MINUTE, floor, spans

_ACTIVE = ("posts", "replies", "likes", "reposts", "follows")
LOOKED_AT = timedelta(days=400)
_LISTED = 5


class LevelUp(NamedTuple):
    """A day on which levels were gained."""

    day: datetime
    before: int
    after: int


class Days(NamedTuple):
    """What is to be said of them."""

    streak: int
    """Days in a row on which the account made something: up to today, or to yesterday where today has nothing yet."""
    level_ups: list[LevelUp]
    """The last ones, the latest first."""


async def days(snapshot: Snapshot, account: int, rules: Rules, experience: int) -> Days:
    """Of an account that has earned so much by now, by a ruleset that takes nothing back."""
    head = snapshot.head
    today = floor(head.watermark, DAY)
    begin = max(floor(head.first, DAY), today - LOOKED_AT)
    read = as_given({"": spans(begin, floor(head.watermark, MINUTE) + MINUTE, DAY, summed_of(head))})
    metrics = tuple({*COUNTED, *_ACTIVE})
    by_day: dict[datetime, list[dict[str, Any]]] = {}
    for row in await points(snapshot, "account", {"account": account}, metrics, DAY, read):
        by_day.setdefault(row["time"], []).append(row)
    return Days(_streak(by_day, today), _level_ups(by_day, rules, experience))


def _streak(by_day: dict[datetime, list[dict[str, Any]]], today: datetime) -> int:
    active = {day for day, rows in by_day.items() if any(r["gained"] and r["metric"] in _ACTIVE for r in rows)}
    day = today if today in active else today - DAY
    length = 0
    while day in active:
        length, day = length + 1, day - DAY
    return length


def _level_ups(by_day: dict[datetime, list[dict[str, Any]]], rules: Rules, experience: int) -> list[LevelUp]:
    found: list[LevelUp] = []
    for day in sorted(by_day, reverse=True):
        before = experience - rules.earned(by_day[day])
        if level_of(before) < level_of(experience):
            found.append(LevelUp(day, level_of(before), level_of(experience)))
        experience = before
    return found[:_LISTED]
