"""A chart: series as lines with their gaps, and where script and spreadsheets find the same points."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from web import answers, drawing
from web.database import Head
from web.pages.change import Change, change_of
from web.pages.period import Period, Picked, period_of
from web.spans import written

WIDTH, HEIGHT = 700, 240
_TICKS = 5
NOW, BEFORE = "now", "before"
Read = Callable[..., Awaitable[answers.SeriesAnswer]]
"""From `bucket`, `from_` and `to` to a series."""


class Line(NamedTuple):
    """One series in a chart."""

    name: str
    kind: str
    """How it looks: a class of the stylesheet."""
    series: answers.SeriesAnswer
    source: str
    """Where the API has it."""


class Chart(NamedTuple):
    """What a template draws."""

    name: str
    source: str
    """Where the API has what it is about."""
    period: Period
    lines: list[Line]
    """The first is what the chart is about."""
    paths: list[str]
    """Of each line."""
    area: str
    """Under the first line, where it is alone or before its own past."""
    gaps: list[tuple[float, float]]
    """Where each begins, and how wide it is."""
    ticks: list[datetime]
    scale: list[int]
    """What the horizontal lines stand for, from the highest down."""
    change: Change | None
    """Where the period before was asked for and something of it was counted."""
    since: datetime
    """Nothing is counted before."""

    @property
    def series(self) -> answers.SeriesAnswer:
        """What it is about."""
        return self.lines[0].series

    @property
    def highest(self) -> int:
        """Of any of its points."""
        return max((point.net for line in self.lines for point in line.series.points), default=0)


async def charted(read: Read, picked: Picked, head: Head, path: str, name: str, born: datetime | None = None) -> Chart:
    """What `read` reads and the API has at `path`, there since `born`, in the period that was picked."""
    period = period_of(picked, head, born)
    lines = [line_of(await read(**period.asked), path, name, NOW)]
    earlier = period.before if picked.previous == "yes" else None
    if earlier is None:
        return chart_of(name, lines[0].source, lines, period, head.first)
    lines.append(line_of(await read(**earlier.asked), path, f"{name}, the {period.words} before", BEFORE))
    change = change_of(lines[0].series, lines[1].series, period)
    return chart_of(name, lines[0].source, lines, period, head.first, change)


def line_of(series: answers.SeriesAnswer, path: str, name: str, kind: str) -> Line:
    """A series that the API has at `path`."""
    return Line(name, kind, series, address(path, series))


def address(path: str, of: answers.SeriesAnswer, **also: str) -> str:
    """Where the API has what is in the same buckets."""
    asked = {"metric": of.metric, "bucket": of.bucket, "from": written(of.from_), "to": written(of.to)}
    return f"{path}?{urlencode({**also, **asked})}"


def chart_of(
    name: str, source: str, lines: list[Line], period: Period, since: datetime, change: Change | None = None
) -> Chart:
    """Lines of as many points each as one chart: net, bucket by bucket."""
    values = [_values(line.series, since) for line in lines]
    scale = drawing.scale([value for each in values for value in each])
    reach = scale[-1], scale[0]
    last = period.end - period.bucket
    ticks = [period.begin + (last - period.begin) * at / (_TICKS - 1) for at in range(_TICKS)]
    return Chart(
        name, source, period, lines, [drawing.line(each, WIDTH, HEIGHT, 0, reach) for each in values],
        drawing.area(values[0], WIDTH, HEIGHT, 0, reach) if lines[0].kind == NOW else "",
        _gaps(lines[0].series, last), ticks, scale, change, since,
    )  # fmt: skip


def _values(series: answers.SeriesAnswer, since: datetime) -> list[int | None]:
    """What a line goes through: nothing where a gap cuts out a whole bucket, or nothing was counted yet."""
    bucket = timedelta(seconds=series.bucket)

    def missing(at: datetime) -> bool:
        return at + bucket <= since or any(gap.from_ <= at and at + bucket <= gap.to for gap in series.gaps)

    return [None if missing(point.time) else point.net for point in series.points]


def _gaps(series: answers.SeriesAnswer, last: datetime) -> list[tuple[float, float]]:
    """On an axis on which each point stands where its bucket begins."""
    span = (last - series.from_).total_seconds() or 1.0

    def across(at: datetime) -> float:
        return WIDTH * min(1.0, max(0.0, (at - series.from_).total_seconds() / span))

    return [(across(gap.from_), max(1.0, across(gap.to) - across(gap.from_))) for gap in series.gaps]
