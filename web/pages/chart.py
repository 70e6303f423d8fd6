"""A chart: a series as a line with its gaps, and where script and spreadsheets find the same points."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from web import answers, drawing
from web.spans import written

WIDTH, HEIGHT = 700, 260
_TICKS = 5


class Chart(NamedTuple):
    """What a template draws."""

    name: str
    series: answers.SeriesAnswer
    line: str
    area: str
    gaps: list[tuple[float, float]]
    """Where each begins, and how wide it is."""
    ticks: list[datetime]
    highest: int
    source: str
    """Where the API has the same points."""


def chart_of(series: answers.SeriesAnswer, path: str, name: str) -> Chart:
    """A series as a chart: net, bucket by bucket."""
    values = [point.net for point in series.points]
    span = (series.to - series.from_).total_seconds() or 1.0

    def across(at: datetime) -> float:
        return WIDTH * min(1.0, max(0.0, (at - series.from_).total_seconds() / span))

    gaps = [(across(gap.from_), max(1.0, across(gap.to) - across(gap.from_))) for gap in series.gaps]
    ticks = [series.from_ + (series.to - series.from_) * at / (_TICKS - 1) for at in range(_TICKS)]
    asked = urlencode(
        {"metric": series.metric, "bucket": series.bucket, "from": written(series.from_), "to": written(series.to)}
    )
    return Chart(
        name, series, drawing.line(values, WIDTH, HEIGHT), drawing.area(values, WIDTH, HEIGHT), gaps, ticks,
        max(values, default=0), f"{path}?{asked}",
    )  # fmt: skip
