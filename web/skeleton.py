"""Skeletons: the posts of a feed, a page at a time, in an order that stays while the feed moves.

A newest feed is paged by the key of the last post, a ranked one by a place in a ranking that is kept: nothing is lost,
nothing comes twice. Cursors are opaque to readers. It knows no HTTP.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from struct import Struct, error
from typing import Any, NamedTuple

from sql import tid
from web.boards import POST
from web.database import Snapshot
from web.entry import mark_of_post
from web.feeds import Feed
from web.spans import of_us
from web.windows import LENGTH

_PLACE = Struct(">cqqq")
_TIME, _RANK = b"t", b"r"
_ENDLESS = (1 << 63) - 1
_EVER_US = 9_000_000_000_000_000  # the year 2255


class Place(NamedTuple):
    """Where a page begins: after this post, or after this position of a ranking."""

    kind: bytes
    time_us: int
    """Of the post, or when the ranking was made."""
    first: int
    """The record key, or the position."""
    account: int

    def cursor(self) -> str:
        """As readers get it."""
        return urlsafe_b64encode(_PLACE.pack(*self)).rstrip(b"=").decode()


class Skeleton(NamedTuple):
    """A page: addresses of posts, and where the next one begins; None at the end."""

    posts: list[str]
    dids: list[str]
    handles: list[str | None]
    next: Place | None


def place_of(cursor: str) -> Place:
    """The place that a cursor of ours says. Raises ValueError for any other text."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        place = Place(*_PLACE.unpack(raw))
    except (binascii.Error, error, UnicodeEncodeError):
        raise ValueError("no cursor of ours") from None
    if place.kind not in (_TIME, _RANK) or not 0 <= place.time_us <= _EVER_US or place.cursor() != cursor:
        raise ValueError("no cursor of ours")
    return place


async def skeleton(snapshot: Snapshot, feed: Feed, limit: int, place: Place | None) -> Skeleton:
    """A page of a feed. One that was begun in another order, or in a ranking that is kept no longer, has ended."""
    kind = _TIME if feed.order == "newest" else _RANK
    if place is not None and place.kind != kind:
        return Skeleton([], [], [], None)
    rows = await (_newest if kind == _TIME else _ranked)(snapshot, feed, limit + 1, place)
    shown = rows[:limit]
    snapshot.posts.update(mark_of_post(row["account"], row["number"]) for row in shown)
    return Skeleton(
        [f"at://{row['did']}/{POST}/{row['name'] or tid.text(row['number'])}" for row in shown],
        [row["did"] for row in shown],
        [row["handle"] for row in shown],
        _place(kind, shown[-1]) if len(rows) > limit else None,
    )


async def _newest(snapshot: Snapshot, feed: Feed, limit: int, place: Place | None) -> list[dict[str, Any]]:
    given = place or Place(_TIME, _EVER_US, _ENDLESS, _ENDLESS)
    return await snapshot.rows(
        "query/feed_newest", feed=feed.number, time=of_us(given.time_us), rkey=given.first, account=given.account,
        limit=limit, **{"from": snapshot.head.watermark - timedelta(days=feed.days)},
    )  # fmt: skip


async def _ranked(snapshot: Snapshot, feed: Feed, limit: int, place: Place | None) -> list[dict[str, Any]]:
    given = {
        "feed": feed.number, "limit": limit, "position": place.first if place else 0,
        "made_at": of_us(place.time_us) if place else None,
    }  # fmt: skip
    if feed.order == "scored":
        return await snapshot.rows("query/feed_ranked", **given)
    return await snapshot.rows(
        "query/feed_board", metric=feed.board, time_window=feed.window, length=LENGTH[feed.window], **given
    )


def _place(kind: bytes, row: dict[str, Any]) -> Place:
    if kind == _TIME:
        return Place(kind, row["time_us"], row["number"], row["account"])
    return Place(kind, row["time_us"], row["position"], 0)
