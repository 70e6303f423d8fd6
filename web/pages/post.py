"""The page of a post: what it received, how it grew, who did it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from web import answers, asking, events, posts
from web.database import Snapshot
from web.pages.account import home_of
from web.pages.chart import charted
from web.pages.period import Picked, Range
from web.pages.picker import Addresses, picker_of
from web.wording import METRICS

_WHO = 12
"""Of those who did it last: as many as fit beside the chart."""
_SHOWN = ("likes", "reposts", "replies", "quotes")


class Post(Picked, frozen=True, kw_only=True):
    """GET /post/{did}/{rkey}. Its chart begins when it was made, where that is not longer ago than the range."""

    actor: asking.Actor
    rkey: asking.Rkey
    metric: asking.Interaction = "likes"
    range: Range = "30d"


async def post(snapshot: Snapshot, ask: Post) -> dict[str, Any]:
    """Its values."""
    found = await posts.post(snapshot, asking.OnePost(actor=ask.actor, rkey=ask.rkey))

    async def read(**period: Any) -> answers.SeriesAnswer:
        asked = asking.PostSeries(actor=found.did, rkey=ask.rkey, metric=ask.metric, **period)
        return await posts.series(snapshot, asked)

    source = f"/api/v1/posts/{found.did}/{ask.rkey}/series"
    chart = await charted(read, ask, snapshot.head, source, METRICS[ask.metric], found.created_at)
    to = Addresses(f"/post/{found.did}/{quote(ask.rkey, safe=':')}", ask, "actor", "rkey")
    who = await events.interactions(
        snapshot, asking.Interactions(actor=found.did, rkey=ask.rkey, metric=ask.metric, limit=_WHO)
    )
    return {
        "post": found, "metrics": _SHOWN, "at": home_of(found.did, found.handle),
        "chart": chart, "picker": picker_of(ask, chart, snapshot.head, to), "to": to,
        "interactions": who.interactions, "dids": [found.did, *(each.did for each in who.interactions)],
    }  # fmt: skip
