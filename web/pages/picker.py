"""The picker of a period: every choice is an address, days are a form, so it is whole without script."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from web.asking import Ask
from web.database import Head
from web.pages.chart import Chart
from web.pages.period import RANGES, Picked
from web.spans import MINUTE
from web.wording import BUCKETS

_OF_PERIOD = ("range", "from", "to", "bucket")


class Choice(NamedTuple):
    """One of several."""

    name: str
    address: str
    chosen: bool


class Picker(NamedTuple):
    """What a template offers."""

    at: str
    """Where the form leads."""
    kept: dict[str, str]
    """What it takes along."""
    ranges: list[Choice]
    buckets: list[Choice]
    previous: Choice
    begin: date
    end: date
    first: date
    today: date
    """Days of UTC that may be picked, and those that are."""


class Addresses:
    """Those of one page: as it is, but for what changes."""

    def __init__(self, at: str, ask: Ask, *path: str) -> None:
        """`path`: parameters that are in `at` already."""
        self.at = at
        self.given = {name: value for name, value in ask.canonical if name not in path}

    def __call__(self, **change: Any) -> str:
        """The same page with something else; None leaves a parameter out."""
        asked = urlencode({name: value for name, value in {**self.given, **change}.items() if value is not None})
        return f"{self.at}?{asked}" if asked else self.at


def picker_of(picked: Picked, chart: Chart, head: Head, to: Addresses) -> Picker:
    """What may be picked in place of what is."""
    period = chart.period
    of_days = bool(picked.from_ or picked.to)
    anew: dict[str, Any] = dict.fromkeys(_OF_PERIOD)
    chosen = round(period.bucket.total_seconds())
    kept = {name: value for name, value in to.given.items() if name not in _OF_PERIOD}
    compares = picked.previous == "yes"
    return Picker(
        to.at, kept,
        [
            Choice(label, to(**{**anew, "range": name}), name == picked.range and not of_days)
            for name, (label, _) in RANGES.items()
        ],
        [
            Choice(BUCKETS[bucket], to(bucket=bucket), bucket == chosen)
            for bucket in period.buckets if bucket == chosen or 2 * bucket < (period.end - period.begin).total_seconds()
        ],
        Choice(f"the {period.words} before", to(previous=None if compares else "yes"), compares),
        picked.from_ or period.begin.date(), picked.to or (min(period.end, head.watermark + MINUTE) - MINUTE).date(),
        head.first.date(), head.watermark.date(),
    )  # fmt: skip
