"""Spans: which rollups hold a stretch of time, each as coarse as it can be.

Minutes at the ragged ends, hours inside them, days where hours are summed up to days. It knows no table.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EPOCH = datetime(1970, 1, 5, tzinfo=UTC)
"""A Monday: buckets are counted from here, so that weeks begin as they do in ISO 8601."""
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
Span = tuple[datetime, datetime]
"""From a time to before another."""


class Spans(NamedTuple):
    """What to read of each rollup; all together they are the stretch, and none of it twice."""

    days: list[Span]
    hours: list[Span]
    minutes: list[Span]


class Summed(NamedTuple):
    """Up to where buckets are summed up."""

    hours_to: datetime
    days_to: datetime
    to: datetime
    """Where everything ends: there is nothing yet in what comes after."""


def floor(time: datetime, unit: timedelta) -> datetime:
    """The bucket that a time is in."""
    return time - (time - EPOCH) % unit


def ceiling(time: datetime, unit: timedelta) -> datetime:
    """The first bucket that begins at a time or after it."""
    return time + (EPOCH - time) % unit


def written(time: datetime) -> str:
    """As RFC 3339 has it, in UTC with a Z."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def of_us(time_us: int) -> datetime:
    """Of unix microseconds."""
    return _UNIX + timedelta(microseconds=time_us)


def us_of(time: datetime) -> int:
    """As unix microseconds."""
    return (time - _UNIX) // timedelta(microseconds=1)


def spans(begin: datetime, end: datetime, unit: timedelta, summed: Summed) -> Spans:
    """What holds `begin` to before `end` without cutting a bucket of `unit` seconds in two."""
    end = min(end, summed.to)
    minutes: list[Span] = [(begin, end)]
    hours: list[Span] = []
    days: list[Span] = []
    if unit % HOUR == timedelta():
        minutes, hours = _coarser(minutes, HOUR, summed.hours_to)
        if unit % DAY == timedelta():
            hours, days = _coarser(hours, DAY, summed.days_to)
    return Spans(days, hours, minutes)


def _coarser(fine: list[Span], unit: timedelta, to: datetime) -> tuple[list[Span], list[Span]]:
    """What is left of fine spans, and what coarser ones hold of them, up to a time."""
    left: list[Span] = []
    coarse: list[Span] = []
    for begin, end in fine:
        first, last = ceiling(begin, unit), floor(min(end, to), unit)
        if first < last:
            coarse.append((first, last))
            left += [(begin, first), (last, end)]
        else:
            left.append((begin, end))
    return [(begin, end) for begin, end in left if begin < end], coarse
