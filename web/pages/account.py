"""The page of an account: its figures by window, how it grew, when it posts, its best posts, what it did last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from web import accounts, answers, asking, drawing, events
from web.actors import find
from web.database import Snapshot
from web.pages.chart import Chart, chart_of
from web.wording import METRICS

_FIGURES = (
    "likes_received", "followers", "reposts_received", "replies_received", "quotes_received", "mentions_received",
    "engagement", "posts",
)  # fmt: skip
RANGES = {"1d": ("24 hours", 900, timedelta(days=1)), "7d": ("7 days", 3600, timedelta(days=7)),
          "30d": ("30 days", 21_600, timedelta(days=30)), "90d": ("90 days", 86_400, timedelta(days=90)),
          "all": ("1 year", 604_800, timedelta(days=371))}  # fmt: skip
Range = Literal["1d", "7d", "30d", "90d", "all"]
_RANGE_OF: dict[str, Range] = {"1h": "1d", "1d": "1d", "7d": "7d", "30d": "30d"}


class Account(asking.Ask, frozen=True, kw_only=True):
    """GET /@{handle} and /account/{did}."""

    actor: asking.Actor
    window: asking.Window = "7d"
    metric: asking.AccountMetric = "likes_received"
    range: Range = "7d"
    tz: asking.Zone = "UTC"


async def account(snapshot: Snapshot, ask: Account) -> dict[str, Any]:
    """Its values."""
    found = await accounts.account(snapshot, asking.OneAccount(actor=ask.actor))
    awake = await accounts.heatmap(snapshot, asking.Heatmap(actor=found.did, window="30d", tz=ask.tz))
    best = await accounts.top_posts(snapshot, asking.AccountPosts(actor=found.did, window=ask.window, limit=5))
    latest = await events.events(snapshot, asking.AccountEvents(actor=found.did, limit=10))
    return {
        "account": found,
        "at": home_of(found.did, found.handle),
        "figures": [_figure(found, metric, ask.window) for metric in _FIGURES],
        "chart": await _chart(snapshot, found.did, ask),
        "ranges": RANGES,
        "heat": drawing.levels(awake.counts),
        "awake": awake,
        "posts": best,
        "events": latest.events,
        "dids": [found.did],
    }


def home_of(did: str, handle: str | None) -> str:
    """The address of an account's page."""
    return f"/@{handle}" if handle else f"/account/{did}"


def _figure(found: answers.Account, metric: str, window: str) -> dict[str, Any]:
    amounts = found.totals[window][metric]
    best = found.best_ranks.get(window, {}).get(metric)
    return {
        "metric": metric, "name": METRICS[metric], "net": amounts.net, "gained": amounts.gained, "lost": amounts.lost,
        "rank": found.ranks.get(window, {}).get(metric), "best": best,
    }  # fmt: skip


async def _chart(snapshot: Snapshot, did: str, ask: Account) -> Chart:
    _, bucket, length = RANGES[ask.range]
    asked = asking.AccountSeries(
        actor=did, metric=ask.metric, bucket=bucket, from_=max(snapshot.head.watermark - length, snapshot.head.first)
    )
    series = await accounts.series(snapshot, asked)
    return chart_of(series, f"/api/v1/accounts/{did}/series", METRICS[ask.metric])


class Embed(asking.Ask, frozen=True, kw_only=True):
    """GET /embed/{actor}."""

    actor: asking.Actor
    metric: asking.AccountMetric = "likes_received"
    window: asking.Window = "7d"


async def embed(snapshot: Snapshot, ask: Embed) -> dict[str, Any]:
    """A chart for somebody else's page."""
    row = await find(snapshot, ask.actor)
    asked = Account(actor=row["did"], metric=ask.metric, range=_RANGE_OF[ask.window])
    chart = await _chart(snapshot, row["did"], asked)
    total = sum(point.net for point in chart.series.points)
    return {"row": row, "chart": chart, "total": total, "at": home_of(row["did"], row["handle"]), "dids": [row["did"]]}
