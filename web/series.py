"""Series: what something gained and lost, bucket by bucket, zeros included.

It owns which stretch of time a request means and which buckets are allowed. It does not know what is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from web.answers import Point
from web.asking import Series
from web.database import Head
from web.problem import bad_parameter
from web.spans import DAY, EPOCH, HOUR, MINUTE, Span, Spans, Summed, ceiling, floor, spans

POINTS_MAX = 5_000
EVER = "100000 days"
"""A bucket that holds everything, for sums."""
_NONE, _WEEK = timedelta(), timedelta(days=7)


class Stretch(NamedTuple):
    """What a series is about."""

    begin: datetime
    end: datetime
    bucket: timedelta


def stretch_of(ask: Series, head: Head) -> Stretch:
    """The time a request means, whole buckets. Raises Problem where there are too many, or none are kept so fine."""
    bucket = timedelta(seconds=ask.bucket)
    end = ceiling(ask.to, bucket) if ask.to else floor(head.watermark, bucket) + bucket
    begin = floor(ask.from_, bucket) if ask.from_ else _usual_begin(bucket, end, head)
    if begin >= end:
        raise bad_parameter("from", "has to be before `to`")
    if (end - begin) / bucket > POINTS_MAX:
        nearest = ceiling(EPOCH + (end - begin) / POINTS_MAX, MINUTE) - EPOCH
        raise bad_parameter(
            "bucket", f"{POINTS_MAX:,} points at most; the nearest that is allowed is {allowed(nearest, begin, head)}"
        )
    if allowed(bucket, begin, head) != ask.bucket:
        raise bad_parameter(
            "bucket", f"nothing so fine is kept of that time; the nearest allowed is {allowed(bucket, begin, head)}"
        )
    return Stretch(begin, end, bucket)


def _usual_begin(bucket: timedelta, end: datetime, head: Head) -> datetime:
    """As many points before the end as a chart shows, or as are kept so fine."""
    points = 120 if bucket < HOUR else 168 if bucket < DAY else 90 if bucket < _WEEK else 52
    begin = end - bucket * points
    kept = head.first if bucket % DAY == _NONE else head.hours_from if bucket % HOUR == _NONE else head.minutes_from
    least = ceiling(kept, bucket) if kept > head.first else begin  # before the first there is nothing
    return max(begin, least) if least < end else begin


def allowed(bucket: timedelta, begin: datetime, head: Head) -> int:
    """The least bucket from this one on that can be made from what is kept since `begin`, in seconds."""
    begin = max(begin, head.first)
    unit = MINUTE
    if begin < floor(head.minutes_from, MINUTE):
        unit = HOUR if begin >= floor(head.hours_from, HOUR) else DAY
    elif bucket % HOUR == _NONE:
        return round(bucket.total_seconds())
    return round((ceiling(EPOCH + bucket, unit) - EPOCH).total_seconds())


def summed_of(head: Head) -> Summed:
    """Up to where the database has summed what up."""
    return Summed(head.hours_to, head.days_to, floor(head.watermark, MINUTE) + MINUTE)


def as_given(labelled: Mapping[str, Spans]) -> dict[str, list[Any]]:
    """Spans as the parameters of sql/query/points.sql and its like."""
    given: dict[str, list[Any]] = {}
    for unit in ("day", "hour", "minute"):
        rows = [(label, *span) for label, each in labelled.items() for span in getattr(each, f"{unit}s")]
        given[f"{unit}_labels"] = [label for label, _, _ in rows]
        given[f"{unit}_begins"] = [begin for _, begin, _ in rows]
        given[f"{unit}_ends"] = [end for _, _, end in rows]
    return given


def read_of(stretch: Stretch, head: Head) -> dict[str, list[Any]]:
    """What to read for a series."""
    return as_given({"": spans(stretch.begin, stretch.end, stretch.bucket, summed_of(head))})


def whole(span: Span, head: Head) -> Spans:
    """What to read for one sum over a stretch."""
    return spans(*span, DAY, summed_of(head))


def points_of(rows: Sequence[Mapping[str, Any]], stretch: Stretch, head: Head) -> list[Point]:
    """A point for every bucket; rows of the same time add up."""
    sums: dict[datetime, tuple[int, int]] = {}
    for row in rows:
        gained, lost = sums.get(row["time"], (0, 0))
        sums[row["time"]] = gained + row["gained"], lost + row["lost"]
    points = []
    at = stretch.begin
    while at < stretch.end:
        gained, lost = sums.get(at, (0, 0))
        partial = at + stretch.bucket > head.watermark
        points.append(Point(time=at, gained=gained, lost=lost, net=gained - lost, partial=partial))
        at += stretch.bucket
    return points
