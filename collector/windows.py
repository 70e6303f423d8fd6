"""Windows: the newest buckets that a board looks at, and whole buckets that cover a stretch of time.

A window ends with the bucket that has the watermark in it: those of an hour and a day with its minute, those of a week
and a month with its hour. It knows time and nothing of what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from collector.rollups import DAY, HOUR, MINUTE

LENGTH = {MINUTE: timedelta(minutes=1), HOUR: timedelta(hours=1), DAY: timedelta(days=1)}
"""Of a bucket."""
HOURS_MAX = 3
"""By how many hours a window is followed; hours that have left it are still kept so long."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Stretch(NamedTuple):
    """Whole buckets of one size, from `begin` to before `end`."""

    bucket: str
    begin: datetime
    end: datetime

    def starts(self) -> list[datetime]:
        """When each of its buckets begins."""
        step = LENGTH[self.bucket]
        return [self.begin + number * step for number in range((self.end - self.begin) // step)]


class Move(NamedTuple):
    """How closed buckets become others."""

    come: list[Stretch]
    """Hours that were in none of them."""
    gone: list[Stretch]
    """Hours that are in none of them any more."""
    new: list[Stretch]
    """Buckets that were not there: also a day that was hours, and hours that were a day."""


class Window(NamedTuple):
    """A window by its name."""

    name: str
    length: timedelta
    step: str
    """The bucket by which it moves on."""
    paged: timedelta
    """How long a board is kept when another has taken its place: for as long an answer with it may still be served
    (`web/freshness.py`), and a reader may go on to its next page for a quarter of an hour."""

    def span(self, watermark: datetime) -> tuple[datetime, datetime]:
        """From when to before when it lies; of its last bucket only what is up to the watermark's minute."""
        begin = floor(watermark, self.step) + LENGTH[self.step] - self.length
        return begin, floor(watermark, MINUTE) + LENGTH[MINUTE]


HOUR_LONG = Window("1h", timedelta(hours=1), MINUTE, timedelta(minutes=17))
DAY_LONG = Window("1d", timedelta(days=1), MINUTE, timedelta(minutes=30))
WEEK_LONG = Window("7d", timedelta(days=7), HOUR, timedelta(hours=2))
MONTH_LONG = Window("30d", timedelta(days=30), HOUR, timedelta(hours=5))
WINDOWS = (HOUR_LONG, DAY_LONG, WEEK_LONG, MONTH_LONG)
EVER = Window("all", timedelta(days=30_000), HOUR, timedelta(hours=5))
"""All that was ever counted: it is longer than the network is old."""
ALL_WINDOWS = (*WINDOWS, EVER)


def floor(time: datetime, bucket: str) -> datetime:
    """When the bucket of this time begins."""
    return time - (time - _EPOCH) % LENGTH[bucket]


def ceiling(time: datetime, bucket: str) -> datetime:
    """When the first bucket begins that does not begin before this time."""
    return -((_EPOCH - time) // LENGTH[bucket]) * LENGTH[bucket] + _EPOCH


def cover(begin: datetime, end: datetime, closed: dict[str, datetime | None]) -> list[Stretch]:
    """The fewest whole buckets from `begin` to `end`, which are whole minutes; `closed` says for hours and days up to
    when there are any."""
    return list(_cover(begin, end, closed, (DAY, HOUR, MINUTE)))


def move(before: list[Stretch], after: list[Stretch]) -> Move | None:
    """How the one becomes the other; None if it is a matter of minutes, or of too many hours."""
    times, times_after = times_of(before), times_of(after)
    if not times or not times_after or any(stretch.bucket == MINUTE for stretch in (*before, *after)):
        return None
    (begin, end), (begins, ends) = times, times_after
    if begins > end or ends < begin or max(abs(begins - begin), abs(ends - end)) > HOURS_MAX * LENGTH[HOUR]:
        return None
    old = {(stretch.bucket, start) for stretch in before for start in stretch.starts()}
    return Move(
        [*_hours(begins, begin), *_hours(end, ends)],
        [*_hours(begin, begins), *_hours(ends, end)],
        [new for stretch in after for new in _others(stretch, old)],
    )


def times_of(stretches: list[Stretch]) -> tuple[datetime, datetime] | None:
    """When they begin and end; None if there are none."""
    return (stretches[0].begin, stretches[-1].end) if stretches else None


def _others(stretch: Stretch, old: set[tuple[str, datetime]]) -> list[Stretch]:
    """Its buckets that are none of the old ones; all of them together."""
    bucket, starts = stretch.bucket, stretch.starts()
    others = [start for start in starts if (bucket, start) not in old]
    return [stretch] if others == starts else [Stretch(bucket, start, start + LENGTH[bucket]) for start in others]


def _hours(begin: datetime, end: datetime) -> list[Stretch]:
    return [Stretch(HOUR, begin, end)] if begin < end else []


def _cover(
    begin: datetime, end: datetime, closed: dict[str, datetime | None], buckets: tuple[str, ...]
) -> Iterator[Stretch]:
    """With buckets of the first size as many as possible, with the others before and behind them."""
    if begin >= end:
        return
    bucket, smaller = buckets[0], buckets[1:]
    if not smaller:
        yield Stretch(bucket, begin, end)
        return
    first, last = ceiling(begin, bucket), floor(min(end, closed.get(bucket) or _EPOCH), bucket)
    if first >= last:
        yield from _cover(begin, end, closed, smaller)
        return
    yield from _cover(begin, first, closed, smaller)
    yield Stretch(bucket, first, last)
    yield from _cover(last, end, closed, smaller)
