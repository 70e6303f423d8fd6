"""The page of a post: what it received, how it grew, who did it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from web import asking, events, posts
from web.database import Snapshot
from web.pages.account import home_of
from web.pages.chart import chart_of
from web.wording import METRICS

_SHOWN = ("likes", "reposts", "replies", "quotes")


class Post(asking.Ask, frozen=True, kw_only=True):
    """GET /post/{did}/{rkey}."""

    actor: asking.Actor
    rkey: asking.Rkey
    metric: asking.Interaction = "likes"


async def post(snapshot: Snapshot, ask: Post) -> dict[str, Any]:
    """Its values."""
    found = await posts.post(snapshot, asking.OnePost(actor=ask.actor, rkey=ask.rkey))
    begin = max(snapshot.head.first, found.created_at or snapshot.head.first)
    young = snapshot.head.watermark - begin < timedelta(hours=12)
    begin = max(begin, snapshot.head.watermark - timedelta(days=30 if not young else 1))
    begin = min(begin, snapshot.head.watermark)
    asked = asking.PostSeries(
        actor=found.did, rkey=ask.rkey, metric=ask.metric, bucket=600 if young else 3600, from_=begin
    )
    series = await posts.series(snapshot, asked)
    who = await events.interactions(
        snapshot, asking.Interactions(actor=found.did, rkey=ask.rkey, metric=ask.metric, limit=20)
    )
    return {
        "post": found, "metrics": _SHOWN, "at": home_of(found.did, found.handle),
        "chart": chart_of(series, f"/api/v1/posts/{found.did}/{ask.rkey}/series", METRICS[ask.metric]),
        "interactions": who.interactions, "dids": [found.did, *(each.did for each in who.interactions)],
    }  # fmt: skip
