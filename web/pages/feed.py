"""The pages of custom feeds: what there are, and of each its rules in words and its posts by hour, day and week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from msgspec import Meta

from sql import tid
from web import asking, feeds
from web.boards import POST, created_at
from web.database import Snapshot
from web.feeds import Feed
from web.pages.feed_rules import rules_of
from web.problem import not_found
from web.skeleton import skeleton
from web.spans import DAY, HOUR, floor

POINTS = 24
SHOWN = 20
"""Posts that the page of a feed shows."""
_WEEK = timedelta(days=7)
_UNITS = {"hour": HOUR, "day": DAY, "week": _WEEK}


class OneFeed(asking.Ask, frozen=True, kw_only=True):
    """GET /feed/{id}."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:~-]{1,64}$(?!\n)", description="The id of a feed.")]


class Bars(NamedTuple):
    """The posts of a feed by one unit of time, the last one still under way."""

    unit: str
    times: list[datetime]
    posts: list[int]


async def listed(snapshot: Snapshot, _: asking.Nothing) -> dict[str, Any]:
    """All of them."""
    found = await feeds.feeds(snapshot)
    days = [floor(snapshot.head.watermark, DAY) - DAY, floor(snapshot.head.watermark, DAY)]
    given = {"feeds": [each.number for each in found], "begin": days[0]}
    rows = await snapshot.rows("query/feeds_counted", **given)
    posts = {(row["feed"], row["day"]): row["posts"] for row in rows}
    return {"feeds": found, "counts": {each.id: [posts.get((each.number, day), 0) for day in days] for each in found}}


async def feed(snapshot: Snapshot, ask: OneFeed) -> dict[str, Any]:
    """The values of one. Raises Problem."""
    found = await feeds.feed(snapshot, ask.id)
    if found is None:
        raise not_found(f"there is no feed {ask.id} here")
    page = await skeleton(snapshot, found, SHOWN, None)
    return {
        "feed": found, "rules": rules_of(found.definition), "bars": await counted(snapshot, found),
        "posts": list(map(_post, page.posts, page.handles)), "dids": page.dids,
    }  # fmt: skip


async def counted(snapshot: Snapshot, feed: Feed) -> list[Bars]:
    """By hour, by day and by week."""
    begins = {unit: floor(snapshot.head.watermark, step) - step * (POINTS - 1) for unit, step in _UNITS.items()}
    rows = await snapshot.rows("query/feed_counts", feed=feed.number, units=list(begins), begins=list(begins.values()))
    posts = {(row["unit"], row["time"]): row["posts"] for row in rows}
    return [_bars(unit, begin, posts) for unit, begin in begins.items()]


def _bars(unit: str, begin: datetime, posts: dict[tuple[str, datetime], int]) -> Bars:
    times = [begin + at * _UNITS[unit] for at in range(POINTS)]
    return Bars(unit, times, [posts.get((unit, time), 0) for time in times])


def _post(uri: str, handle: str | None) -> dict[str, Any]:
    did, rkey = uri.removeprefix("at://").split(f"/{POST}/")
    try:
        made_at = created_at(tid.number(rkey))
    except ValueError:
        made_at = None
    return {"did": did, "rkey": rkey, "created_at": made_at, "handle": handle, "text": None}
