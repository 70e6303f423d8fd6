"""Share cards: what is on the picture that a link to a page shows elsewhere. Handles and figures; names and texts, for
which no one font would do, are on none."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, UnsetType

from web import accounts, asking, boards, posts
from web.database import Snapshot
from web.level import level_of
from web.page import dids_of
from web.pages import home
from web.pages.board import Board, Kind, listed, metric_of
from web.pages.period import Picked, period_of
from web.pages.picture import writable
from web.wording import KINDS, METRICS, OVER, language, network_called

_FIGURES = ("likes_received", "followers", "reposts_received", "replies_received")
_OF_POST = ("likes", "reposts", "replies", "quotes")
_WINDOW = "7d"
_ROWS, _LOOKED_AT = 5, 20


class Card(asking.Ask, frozen=True, kw_only=True):
    """GET /card/{actor}.png. No name of another card has a dot in it, as every handle has."""

    actor: asking.Actor


class PostCard(asking.Ask, frozen=True, kw_only=True):
    """GET /card/post/{actor}/{rkey}.png."""

    actor: asking.Actor
    rkey: asking.Rkey


class TopCard(asking.Ask, frozen=True, kw_only=True):
    """GET /card/top/{kind}.png."""

    kind: Kind
    metric: asking.Text | UnsetType = UNSET
    window: asking.Window = "1h"


async def card(snapshot: Snapshot, ask: Card) -> dict[str, Any]:
    """An account: its week."""
    found = await accounts.account(snapshot, asking.OneAccount(actor=ask.actor))
    begin = max(snapshot.head.watermark - timedelta(days=7), snapshot.head.first)
    series = await accounts.series(snapshot, asking.AccountSeries(actor=found.did, from_=begin))
    return {
        "title": _called(found), "said": _said(OVER[_WINDOW], found.as_of),
        "figures": [(METRICS[metric], found.totals[_WINDOW][metric].net) for metric in _FIGURES],
        "points": [point.net for point in series.points], "dids": [found.did],
    }  # fmt: skip


async def post(snapshot: Snapshot, ask: PostCard) -> dict[str, Any]:
    """A post: what it received, and its likes since it was made."""
    found = await posts.post(snapshot, asking.OnePost(actor=ask.actor, rkey=ask.rkey))
    period = period_of(Picked(range="30d"), snapshot.head, found.created_at)
    series = await posts.series(snapshot, asking.PostSeries(actor=found.did, rkey=ask.rkey, **period.asked))
    return {
        "title": f"A post by {_called(found)}", "said": _said("what it received", found.as_of),
        "figures": [(METRICS[metric], found.totals["all"][metric].net) for metric in _OF_POST],
        "points": [point.net for point in series.points], "dids": [found.did],
    }  # fmt: skip


async def now(snapshot: Snapshot, _: asking.Nothing) -> dict[str, Any]:
    """The network: its last full hour, and its likes of a day."""
    found = await home.figures(snapshot)
    return {
        "title": f"{network_called(snapshot.head.network)}, right now",
        "said": _said("last full hour", snapshot.head.as_of),
        "figures": [(each["name"], each["value"]) for each in found],
        "points": next(each["points"] for each in found if each["metric"] == "likes"),
    }


async def top(snapshot: Snapshot, ask: TopCard) -> dict[str, Any]:
    """A board: the first five of it that can be written."""
    of = Board(kind=ask.kind, metric=ask.metric, window=ask.window)
    metric = metric_of(of)
    page = await listed(snapshot, of, metric, _LOOKED_AT)
    rows = [(row, name) for row in page.rows if writable(name := _named(ask.kind, row))][:_ROWS]
    return {
        "title": f"{KINDS[ask.kind]} by {METRICS[metric].lower()}", "said": _said(OVER[page.window], page.as_of),
        "rows": [(row.rank, name, level_of(row.value) if metric == boards.LEVEL else row.value) for row, name in rows],
        "dids": dids_of(row for row, _ in rows) if ask.kind in ("accounts", "posts") else [],
    }  # fmt: skip


def _called(found: Any) -> str:
    return f"@{found.handle}" if found.handle else str(found.did)


def _said(what: str, as_of: datetime | None) -> str:
    return f"{what}, as of {as_of:%Y-%m-%d %H:%M} UTC" if as_of else what


def _named(kind: str, row: Any) -> str:
    """What stands for a row: emoji by their names, for the font has none."""
    if kind in ("accounts", "posts"):
        return _called(row)
    if kind == "hashtags":
        return f"#{row.key}"
    if kind == "languages":
        return language(row.key)
    return emoji_named(row.key) if kind == "emoji" else row.key.partition("://")[2] or row.key


def emoji_named(emoji: str) -> str:
    """The name of its first character, and that there are more; a flag by its letters."""
    names = [unicodedata.name(each, "") for each in emoji]
    if names and names[0].startswith("REGIONAL INDICATOR"):
        return f"flag {''.join(name[-1] for name in names)}"
    more = any(each.isprintable() and unicodedata.category(each) == "So" for each in emoji[1:])
    return f"{names[0].lower()}{', combined' if more else ''}" if names else ""
