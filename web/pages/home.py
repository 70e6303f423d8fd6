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
        "figures": [await _figure(snapshot, metric) for metric in _FIGURES],
        "active": await _active(snapshot),
        "totals": await network.totals(snapshot, asking.OfWindow(window="1d")),
        "accounts": accounts,
        "account_sparks": await spark_rows(snapshot, accounts.rows, "likes_received", "1h"),
        "posts": posts,
        "hashtags": hashtags,
        "hashtag_sparks": await _term_sparks(snapshot, ids),
        "links": await boards.terms(snapshot, "links", asking.TopTerms(limit=8)),
        "languages": await boards.terms(snapshot, "languages", asking.TopTerms(limit=10)),
        "dids": dids_of(accounts.rows) + dids_of(posts.rows),
    }


async def _figure(snapshot: Snapshot, metric: Any) -> dict[str, Any]:
    """The last whole hour by a metric, and how it moved."""
    series = await network.series(snapshot, asking.NetworkSeries(metric=metric, bucket=3600))
    whole = [point.gained for point in series.points if not point.partial][-_HOURS:]
    now, before = ([0, 0, *whole][-at] for at in (1, 2))
    return {
        "name": METRICS[metric], "metric": metric, "value": now, "points": whole,
        "moved": (now - before) / before if before else None,
    }  # fmt: skip


async def _active(snapshot: Snapshot) -> answers.Active | None:
    try:
        return await network.active(snapshot, asking.OfWindow(window="1h"))
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
