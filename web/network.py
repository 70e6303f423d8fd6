"""The network as a whole: what everybody did together, and how many they were."""

from __future__ import annotations

from sql import operations
from web import answers, asking, coverage
from web.accounts import series_said, totals_of
from web.counts import points
from web.database import Snapshot
from web.metrics import KEPT, OF_ACCOUNT
from web.problem import not_found
from web.series import EVER, as_given, points_of, read_of, stretch_of, whole
from web.windows import span_of

STANDARD_ERROR = 0.0081
"""Of the sketch that accounts are counted by: HyperLogLog with 2^14 registers, 1.04 / sqrt(2^14)."""


async def series(snapshot: Snapshot, ask: asking.NetworkSeries) -> answers.SeriesAnswer:
    """GET /api/v1/network/series."""
    stretch = stretch_of(ask, snapshot.head)
    read = read_of(stretch, snapshot.head)
    rows = await points(snapshot, "total", {}, OF_ACCOUNT[ask.metric], stretch.bucket, read)
    found = points_of(rows, stretch, snapshot.head)
    return answers.SeriesAnswer(**await series_said(snapshot, ask.metric, stretch, found))


async def totals(snapshot: Snapshot, ask: asking.OfWindow) -> answers.NetworkTotals:
    """GET /api/v1/network/totals."""
    span = span_of(ask.window, snapshot.head)
    read = as_given({"": whole(span, snapshot.head)})
    rows = await points(snapshot, "total", {}, KEPT, EVER, read)
    events: dict[str, dict[str, int]] = {}
    for row in await snapshot.rows("query/network_events", **read):
        events.setdefault(row["collection"], {})[operations.NAMES[row["operation"]]] = row["events"]
    return answers.NetworkTotals(
        **await coverage.said(snapshot, *span), window=ask.window, from_=span[0], to=span[1],
        totals=totals_of(rows, OF_ACCOUNT), events=events,
    )  # fmt: skip


async def active(snapshot: Snapshot, ask: asking.OfWindow) -> answers.Active:
    """GET /api/v1/network/active."""
    rows = await snapshot.rows("query/active", window=ask.window)
    if not rows:
        raise not_found("nobody has been counted yet")
    [row] = rows
    return answers.Active(
        **await coverage.said(snapshot, row["begins"], row["ends"], row["as_of"]), window=ask.window,
        from_=row["begins"], to=row["ends"], accounts=row["accounts"], standard_error=STANDARD_ERROR,
    )  # fmt: skip
