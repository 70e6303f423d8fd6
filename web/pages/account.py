"""The page of an account: its figures by window, how it grew, when it posts, its best posts, what it did last."""

from __future__ import annotations

from typing import Any

from web import accounts, answers, asking, drawing, events, sparks
from web.database import Snapshot
from web.days import days
from web.experience import ARTICLE, rules_of
from web.pages.chart import Chart, charted
from web.pages.period import Picked
from web.pages.picker import Addresses, picker_of
from web.wording import METRICS

_FIGURES = (
    "likes_received", "followers", "reposts_received", "replies_received", "quotes_received", "mentions_received",
    "engagement", "posts",
)  # fmt: skip


class Account(Picked, frozen=True, kw_only=True):
    """GET /@{handle} and /account/{did}."""

    actor: asking.Actor
    window: asking.Window = "7d"
    metric: asking.AccountMetric = "likes_received"
    tz: asking.Zone = "UTC"


async def account(snapshot: Snapshot, ask: Account) -> dict[str, Any]:
    """Its values."""
    found = await accounts.account(snapshot, asking.OneAccount(actor=ask.actor))
    awake = await accounts.heatmap(snapshot, asking.Heatmap(actor=found.did, window="30d", tz=ask.tz))
    best = await accounts.top_posts(snapshot, asking.AccountPosts(actor=found.did, window=ask.window, limit=5))
    latest = await events.events(snapshot, asking.AccountEvents(actor=found.did, limit=10))
    id, rules = snapshot.ids.account(found.did), await rules_of(snapshot, ARTICLE)
    looks = await sparks.of_account(snapshot, id, ask.window)
    chart = await _chart(snapshot, found.did, ask, ask.metric)
    to = Addresses(home_of(found.did, found.handle), ask, "actor")
    return {
        "account": found,
        "days": await days(snapshot, id, rules, found.level.experience),
        "to": to,
        "figures": [{**_figure(found, metric, ask.window), "points": looks[metric]} for metric in _FIGURES],
        "chart": chart,
        "picker": picker_of(ask, chart, snapshot.head, to),
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


async def _chart(snapshot: Snapshot, did: str, picked: Picked, metric: Any) -> Chart:
    async def read(**period: Any) -> answers.SeriesAnswer:
        return await accounts.series(snapshot, asking.AccountSeries(actor=did, metric=metric, **period))

    return await charted(read, picked, snapshot.head, f"/api/v1/accounts/{did}/series", METRICS[metric])


class Embed(asking.Ask, frozen=True, kw_only=True):
    """GET /embed/{actor}."""

    actor: asking.Actor
    metric: asking.AccountMetric = "likes_received"
    window: asking.LongWindow = "7d"


async def embed(snapshot: Snapshot, ask: Embed) -> dict[str, Any]:
    """A chart for somebody else's page."""
    found = await accounts.account(snapshot, asking.OneAccount(actor=ask.actor))
    return {
        "account": found,
        "chart": await _chart(snapshot, found.did, Picked(range=ask.window), ask.metric),
        "total": found.totals[ask.window][ask.metric].net,
        "at": home_of(found.did, found.handle),
        "dids": [found.did],
    }
