"""The home page: the network now, and who and what is on top of the last hour."""

from __future__ import annotations

from typing import Any

from web import answers, asking, boards, network, sparks
from web.database import Snapshot
from web.metrics import DIMENSIONS
from web.page import dids_of
from web.problem import Problem
from web.wording import METRICS

_FIGURES = ("posts", "likes", "reposts", "follows")
_HOURS = 25


async def home(snapshot: Snapshot, _: asking.Nothing) -> dict[str, Any]:
    """GET /."""
    accounts = await boards.accounts(snapshot, asking.TopAccounts(limit=10))
    hashtags = await boards.terms(snapshot, "hashtags", asking.TopTerms(limit=10))
    ids = [snapshot.ids.term(DIMENSIONS["hashtags"], row.key) for row in hashtags.rows]
    posts = await boards.posts(snapshot, asking.TopPosts(limit=5))
    return {
        "figures": await figures(snapshot),
        "active": await active(snapshot, "1h"),
        "collections": await _collections(snapshot),
        "accounts": accounts,
        "account_sparks": await spark_rows(snapshot, accounts.rows, "likes_received", "1h"),
        "posts": posts,
        "hashtags": hashtags,
        "hashtag_sparks": await _term_sparks(snapshot, ids),
        "links": await boards.terms(snapshot, "links", asking.TopTerms(limit=8)),
        "languages": await boards.terms(snapshot, "languages", asking.TopTerms(limit=10)),
        "dids": dids_of(accounts.rows) + dids_of(posts.rows),
    }


async def figures(snapshot: Snapshot) -> list[dict[str, Any]]:
    """What was done most, in the last whole hour."""
    return [await _figure(snapshot, metric) for metric in _FIGURES]


async def _figure(snapshot: Snapshot, metric: Any) -> dict[str, Any]:
    """The last whole hour by a metric, and how it moved."""
    series = await network.series(snapshot, asking.NetworkSeries(metric=metric, bucket=3600))
    whole = [point.gained for point in series.points if not point.partial][-_HOURS:]
    now, before = ([0, 0, *whole][-at] for at in (1, 2))
    return {
        "name": METRICS[metric], "metric": metric, "value": now, "points": whole,
        "moved": (now - before) / before if before else None,
    }  # fmt: skip


async def _collections(snapshot: Snapshot) -> list[tuple[str, dict[str, int]]]:
    """Events of the last day by collection and operation, most events first."""
    found = await network.totals(snapshot, asking.OfWindow(window="1d"))
    return sorted(found.events.items(), key=lambda item: (-sum(item[1].values()), item[0]))


async def active(snapshot: Snapshot, window: asking.Window) -> answers.Active | None:
    """How many accounts were active; None before that is known."""
    try:
        return await network.active(snapshot, asking.OfWindow(window=window))
    except Problem:
        return None


async def spark_rows(snapshot: Snapshot, rows: list[answers.AccountRow], metric: str, window: str) -> list[list[int]]:
    """The sparks of accounts, in the order of their rows."""
    ids = [snapshot.ids.account(row.did) for row in rows]
    found = await sparks.of_accounts(snapshot, ids, metric, window)
    return [found[id] for id in ids]


async def _term_sparks(snapshot: Snapshot, ids: list[int]) -> list[list[int]]:
    found = await sparks.of_terms(snapshot, ids, "1h")
    return [found[id] for id in ids]
