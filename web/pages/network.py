"""The page of the network: how what everybody does together grows, and what it comes to by window."""

from __future__ import annotations

from typing import Any, Literal, get_args

from web import accounts, answers, asking, network
from web.counts import points
from web.database import Head, Snapshot
from web.metrics import KEPT, OF_ACCOUNT
from web.pages.chart import charted
from web.pages.home import active
from web.pages.period import Picked
from web.pages.picker import Addresses, picker_of
from web.series import EVER, as_given, whole
from web.windows import LENGTH, complete_since, span_of
from web.wording import METRICS, complete_in

Metric = Literal["posts", "replies", "quotes", "likes", "reposts", "follows"]
"""What is made."""
_WINDOWS: tuple[asking.Window, ...] = get_args(asking.Window)


class Network(Picked, frozen=True, kw_only=True):
    """GET /network."""

    metric: Metric = "posts"


async def growth(snapshot: Snapshot, ask: Network) -> dict[str, Any]:
    """Its values."""

    async def read(**period: Any) -> answers.SeriesAnswer:
        return await network.series(snapshot, asking.NetworkSeries(metric=ask.metric, **period))

    chart = await charted(read, ask, snapshot.head, "/api/v1/network/series", METRICS[ask.metric])
    to = Addresses("/network", ask)
    return {
        "chart": chart, "picker": picker_of(ask, chart, snapshot.head, to), "to": to,
        "metrics": get_args(Metric), "totals": await _totals(snapshot),
        "active": {window: await active(snapshot, window) for window in _WINDOWS},
        "complete_in": {window: _complete_in(window, snapshot.head) for window in _WINDOWS},
    }  # fmt: skip


def _complete_in(window: str, head: Head) -> str:
    begin, end = span_of(window, head)
    return complete_in(complete_since(begin, head), LENGTH[window], end)


async def _totals(snapshot: Snapshot) -> dict[str, dict[str, answers.Amounts]]:
    """By window, then by metric; all windows in one reading."""
    read = as_given({window: whole(span_of(window, snapshot.head), snapshot.head) for window in _WINDOWS})
    rows = await points(snapshot, "total", {}, KEPT, EVER, read)
    return {
        window: accounts.totals_of([row for row in rows if row["label"] == window], OF_ACCOUNT) for window in _WINDOWS
    }
