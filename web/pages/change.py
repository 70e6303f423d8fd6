"""A change: what a period comes to beside the one before it. What is still under way is left out of both."""

from __future__ import annotations

from typing import NamedTuple

from web import answers
from web.pages.period import Period


class Change(NamedTuple):
    """Two sums of the same length."""

    now: int
    before: int
    share: float | None
    """What was added, as a share of before; None where none can be said."""
    whole: bool
    """Whether all of the period before was counted."""
    under_way: bool
    """Whether a bucket was left out."""


def change_of(series: answers.SeriesAnswer, before: answers.SeriesAnswer, period: Period) -> Change:
    """The change from one series to the next, which has as many points."""
    done = [point.net for point in series.points if not point.partial]
    now, earlier = sum(done), sum(point.net for point in before.points[: len(done)])
    begun = period.before
    whole = begun is not None and begun.whole
    share = (now - earlier) / earlier if whole and earlier > 0 else None
    return Change(now, earlier, share, whole, len(done) < len(series.points))
