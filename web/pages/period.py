"""Periods: which stretch of time a chart is of, and by which bucket, as somebody picked them; and the one before it.

It knows neither what is counted nor how it is drawn.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, UnsetType

from web import asking
from web.database import Head
from web.problem import bad_parameter
from web.series import allowed
from web.spans import DAY, HOUR, MINUTE, Span, ceiling, floor

RANGES = {
    "1h": ("60 minutes", HOUR), "1d": ("24 hours", DAY), "7d": ("7 days", 7 * DAY), "30d": ("30 days", 30 * DAY),
    "90d": ("90 days", 90 * DAY), "all": ("52 weeks", 364 * DAY),
}  # fmt: skip
"""Periods that end with the watermark: what they are called, and their lengths."""
Range = Literal["1h", "1d", "7d", "30d", "90d", "all"]
Bucket = Literal[60, 300, 900, 3600, 21_600, 86_400, 604_800]
BUCKETS = {
    60: MINUTE, 300: 5 * MINUTE, 900: 15 * MINUTE, 3600: HOUR, 21_600: 6 * HOUR, 86_400: DAY, 604_800: 7 * DAY,
}  # fmt: skip
_POINTS_USUAL, _POINTS_MAX = 200, 720
"""Of a chart that nobody picked a bucket for, and of any: more would be finer than the pixels it has."""


class Picked(asking.Ask, frozen=True, kw_only=True, rename={"from_": "from"}):
    """What an address says of the period: a range up to now, or days of UTC, the last one included."""

    range: Range = "7d"
    from_: date | UnsetType = UNSET
    to: date | UnsetType = UNSET
    bucket: Bucket | UnsetType = UNSET
    previous: Literal["yes", "no"] = "no"


class Period(NamedTuple):
    """What a chart is of."""

    begin: datetime
    end: datetime
    """Whole buckets; the last one holds the watermark, where the period reaches so far."""
    bucket: timedelta
    shift: timedelta
    """How long before this one the period before it is."""
    words: str
    """How long it is, as in "the 7 days before"."""
    first: datetime
    """Before this there is nothing to be counted."""
    buckets: list[int]
    """Those that may be picked, in seconds."""
    cut: bool
    """Whether it was to begin earlier than there is anything to be counted."""

    @property
    def asked(self) -> dict[str, Any]:
        """The parameters of its series."""
        return {"bucket": _seconds(self.bucket), "from_": self.begin, "to": self.end}

    @property
    def before(self) -> Period | None:
        """The same a period earlier; None where nothing of it was counted."""
        earlier = self._replace(begin=self.begin - self.shift, end=self.end - self.shift)
        return earlier if earlier.end > self.first else None

    @property
    def whole(self) -> bool:
        """Whether it begins no earlier than what can be counted."""
        return self.begin >= floor(self.first, self.bucket)


def period_of(picked: Picked, head: Head, born: datetime | None = None) -> Period:
    """The period that was picked, of something that is there since `born`. Raises Problem where there is none.

    A bucket is as fine as it was picked, or coarser where nothing so fine is kept.
    """
    asked = _days(picked, head) if picked.from_ or picked.to else None
    length = asked[1] - asked[0] if asked else RANGES[picked.range][1]
    now = floor(head.watermark, MINUTE) + MINUTE
    begin, last = asked or (now - length, now)
    first = max(head.first, min(born or head.first, head.watermark))
    counted = min(last, now) - max(begin, first)
    buckets = _buckets(begin - length if picked.previous == "yes" else begin, counted, head)
    usual = _seconds((counted if asked or born else length) / _POINTS_USUAL)
    bucket = BUCKETS[_chosen(picked.bucket or usual, buckets)]
    end = ceiling(last, bucket)
    begin = floor(begin if asked else end - length, bucket)
    shift, end = end - begin, min(end, ceiling(now, bucket))
    least = floor(first, bucket)
    words = _words(picked, length, asked is not None)
    return Period(min(max(begin, least), end - bucket), end, bucket, shift, words, first, buckets, begin < least)


def _days(picked: Picked, head: Head) -> Span:
    """The days that were picked, from the first that was counted; what is not said is today, or a range before."""
    today = head.watermark.date()
    to = min(picked.to or today, today)
    end = _midnight(to) + DAY
    begin = _midnight(picked.from_) if picked.from_ else end - RANGES[picked.range][1]
    if picked.from_ and picked.from_ > today:
        raise bad_parameter("from", "is still to come")
    if begin >= end:
        raise bad_parameter("from", "has to be no later than `to`")
    if end <= head.first:
        raise bad_parameter("to", f"is before counting began, {head.first:%Y-%m-%d}")
    return max(begin, _midnight(head.first.date())), end


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _buckets(earliest: datetime, length: timedelta, head: Head) -> list[int]:
    """What a chart may be made of, finest first; days and longer can be made of whatever is kept."""
    return [
        seconds
        for seconds, bucket in BUCKETS.items()
        if length <= _POINTS_MAX * bucket and allowed(bucket, floor(earliest, bucket), head) == seconds
    ] or [max(BUCKETS)]


def _chosen(least: int, buckets: list[int]) -> int:
    return next((bucket for bucket in buckets if bucket >= least), buckets[-1])


def _words(picked: Picked, length: timedelta, of_days: bool) -> str:
    if not of_days:
        return RANGES[picked.range][0]
    return "day" if length == DAY else f"{length // DAY} days"


def _seconds(bucket: timedelta) -> int:
    return round(bucket.total_seconds())
