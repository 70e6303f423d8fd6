"""Timelines: what an account did, newest first, with what it earned by each and where that left it.

What it had earned at any time is what the rollups hold before the bucket of that time, and what the log holds of that
bucket. From there on the log is read stretch by stretch, away from where a page begins, until the page is full: who
does much is found at once, and nobody waits for a week to be read that has nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from web.database import Snapshot
from web.experience import Rules, experience_before
from web.spans import HOUR, MINUTE, Span, floor

_NOTHING, _FIRST, _LONGEST = timedelta(0), timedelta(minutes=1), timedelta(days=1)
AHEAD = timedelta(hours=1)
"""Events are in the log before the watermark has come to them."""
NOWHERE: dict[str, Any] = {"time": None, "rev": None, "key": None, "number": None}
"""Where a first page begins."""


class Line(NamedTuple):
    """A row of sql/query/account_events.sql, and what the account had earned with it."""

    row: dict[str, Any]
    experience: int


def stretches(begin: datetime, end: datetime, *, newest_first: bool, ahead: timedelta = _NOTHING) -> Iterator[Span]:
    """Ever longer ones, up to a day, from one end to the other. The newest goes so much ahead of the end, where there
    is little."""
    length = _FIRST
    while begin < end + ahead:
        if newest_first:
            yield max(begin, end - length), end + ahead
            end, ahead = end - length, _NOTHING
        else:
            yield begin, min(begin + length, end)
            begin += length
        length = min(length * 4, _LONGEST)


async def timeline(
    snapshot: Snapshot, account: int, rules: Rules, place: dict[str, Any], limit: int, type: str | None = None
) -> list[Line]:
    """A page of what an account did before a place."""
    head, lines = snapshot.head, list[Line]()
    until = place["time"] + timedelta(microseconds=1) if place["time"] else head.watermark + AHEAD
    latest = min(until, head.watermark)
    had = await _had(snapshot, account, rules, place, until)
    for begin, end in stretches(head.log_from, latest, newest_first=True, ahead=until - latest):
        rows = await _read(snapshot, account, rules, (begin, end), place, limit - len(lines), type)
        lines += [Line(row, had - row["later"]) for row in rows if row["time"] is not None]
        if len(lines) == limit:
            break
        had -= rows[0]["total"]
    return lines


async def last(snapshot: Snapshot, account: int, rules: Rules, begin: datetime, end: datetime) -> Line | None:
    """The last that an account did between two times, if that is logged."""
    for stretch in stretches(max(begin, snapshot.head.log_from), end, newest_first=True):
        [row, *_] = await _read(snapshot, account, rules, stretch, NOWHERE, 1, None)
        if row["time"] is not None:
            return Line(row, 0)
    return None


async def _had(snapshot: Snapshot, account: int, rules: Rules, place: dict[str, Any], until: datetime) -> int:
    """What an account had earned just before a place, or by now."""
    head = snapshot.head
    at = min(until - timedelta(microseconds=1), head.watermark)
    bucket = floor(at, MINUTE if floor(at, MINUTE) >= head.minutes_from else HOUR)
    [row, *_] = await _read(snapshot, account, rules, (bucket, until), place, 0, None)
    return await experience_before(snapshot, account, rules, bucket) + int(row["total"])


async def _read(
    snapshot: Snapshot, account: int, rules: Rules, stretch: Span, place: dict[str, Any], limit: int, type: str | None
) -> list[dict[str, Any]]:
    return await snapshot.rows(
        "query/account_events", account=account, type=type, limit=limit, worth=orjson.dumps(rules.classes).decode(),
        decided=floor(snapshot.head.watermark, MINUTE), **{"from": stretch[0], "to": stretch[1]}, **place,
    )  # fmt: skip
