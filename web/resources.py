"""The resources of the API: where each is, what can be asked of it, what it answers, and how long that is fresh.

One list; routes, the specification and its page are made from it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from msgspec import Struct

from web import accounts, answers, asking, boards, events, levels, logged, network, posts, search, terms
from web.database import Snapshot
from web.freshness import HISTORY, LIVE, OF_WINDOW, Freshness
from web.metrics import DIMENSIONS

_MUCH = 5.0
"""Tokens of what reads the event log or counts authors: as many as several other answers."""
_CLOSED_AFTER = timedelta(hours=1)


def _usual_cost(_: Any) -> float:
    return 1.0


def _cost_of_log(_: Any) -> float:
    return _MUCH


def _cost_of_terms(ask: asking.TermSeries) -> float:
    return _MUCH if ask.by == "authors" else 1.0


class Resource(NamedTuple):
    """One resource."""

    path: str
    """With {parameters}, the API's prefix left out."""
    name: str
    summary: str
    ask: type[asking.Ask]
    answer: type[Struct]
    make: Callable[[Snapshot, Any], Awaitable[Any]]
    freshness: Callable[[Any, Any], Freshness]
    """Of what was asked and what is answered."""
    listed: str = ""
    """The field whose items are the rows of a CSV."""
    names_accounts: bool = True
    cost: Callable[[Any], float] = _usual_cost
    """Of one answer that has to be made, in tokens of its client (web/limits.py)."""


def _of_board(ask: asking.Page, _: Any) -> Freshness:
    return boards.freshness_of(getattr(ask, "metric", ""), ask.window, ask.as_of)


def _of_window(ask: Any, _: Any) -> Freshness:
    return OF_WINDOW[ask.window]


def _slowly(ask: Any, _: Any) -> Freshness:
    return max(OF_WINDOW[ask.window], OF_WINDOW["1d"])


def _live(_: Any, __: Any) -> Freshness:
    return LIVE


def _of_series(ask: asking.Series, answer: Any) -> Freshness:
    if answer.as_of is not None and answer.to <= answer.as_of - _CLOSED_AFTER:
        return HISTORY
    return LIVE if ask.bucket < 3600 or hasattr(ask, "actor") or hasattr(ask, "actors") else OF_WINDOW["1d"]


def _of_kind(kind: str) -> tuple[Resource, Resource]:
    one = kind.removesuffix("s") if kind != "emoji" else kind
    return (
        Resource(
            f"/top/{kind}", f"top-{kind}", f"The {kind} that most posts, or most authors, have.",
            asking.TopTerms, answers.TermBoardPage, partial(_terms, kind), _of_board, "rows", False,
        ),
        Resource(
            f"/top/{kind}/{{key}}/series", f"{kind}-series", f"Posts or authors of one {one}, bucket by bucket.",
            asking.TermSeries, answers.SeriesAnswer, partial(_term_series, kind), _of_series, "points", False,
            _cost_of_terms,
        ),
    )  # fmt: skip


async def _terms(kind: str, snapshot: Snapshot, ask: asking.TopTerms) -> answers.TermBoardPage:
    return await boards.terms(snapshot, kind, ask)


async def _term_series(kind: str, snapshot: Snapshot, ask: asking.TermSeries) -> answers.SeriesAnswer:
    return await terms.series(snapshot, kind, ask)


RESOURCES: tuple[Resource, ...] = (
    Resource(
        "/top/accounts", "top-accounts", "The accounts on top of a window by one metric.",
        asking.TopAccounts, answers.AccountBoardPage, boards.accounts, _of_board, "rows",
    ),
    Resource(
        "/top/posts", "top-posts", "The posts on top of a window by what they received.",
        asking.TopPosts, answers.PostBoardPage, boards.posts, _of_board, "rows",
    ),
    *(resource for kind in DIMENSIONS for resource in _of_kind(kind)),
    Resource(
        "/accounts/{actor}", "account", "What an account did and received, by window, and where it ranks.",
        asking.OneAccount, answers.Account, accounts.account, _live,
    ),
    Resource(
        "/accounts/{actor}/series", "account-series", "An account by one metric, bucket by bucket.",
        asking.AccountSeries, answers.AccountSeriesAnswer, accounts.series, _of_series, "points",
    ),
    Resource(
        "/accounts/{actor}/top-posts", "account-top-posts", "The posts of an account that received most in a window.",
        asking.AccountPosts, answers.PostBoardPage, accounts.top_posts, _of_window, "rows",
    ),
    Resource(
        "/accounts/{actor}/events", "account-events", "What an account did, newest first, of the days that are logged.",
        asking.AccountEvents, logged.Events, events.events, _live, "events", cost=_cost_of_log,
    ),
    Resource(
        "/accounts/{actor}/level", "account-level", "Experience and level of an account, by a ruleset.",
        asking.AccountLevel, answers.LevelAnswer, levels.level, _live,
    ),
    Resource(
        "/accounts/{actor}/heatmap", "account-heatmap", "When an account is awake: by weekday and hour of a time zone.",
        asking.Heatmap, answers.HeatmapAnswer, accounts.heatmap, _slowly,
    ),
    Resource(
        "/posts/{actor}/{rkey}", "post", "What a post received, by window.",
        asking.OnePost, answers.Post, posts.post, _live,
    ),
    Resource(
        "/posts/{actor}/{rkey}/series", "post-series", "What a post received, bucket by bucket.",
        asking.PostSeries, answers.PostSeriesAnswer, posts.series, _of_series, "points",
    ),
    Resource(
        "/posts/{actor}/{rkey}/interactions", "post-interactions", "Who liked, reposted, answered or quoted a post.",
        asking.Interactions, logged.InteractionsAnswer, events.interactions, _live, "interactions", cost=_cost_of_log,
    ),
    Resource(
        "/network/series", "network-series", "The whole network by one metric, bucket by bucket.",
        asking.NetworkSeries, answers.SeriesAnswer, network.series, _of_series, "points", False,
    ),
    Resource(
        "/network/totals", "network-totals", "What the whole network did in a window.",
        asking.OfWindow, answers.NetworkTotals, network.totals, _of_window, "", False,
    ),
    Resource(
        "/network/active", "network-active", "How many different accounts were active in a window.",
        asking.OfWindow, answers.Active, network.active, _of_window, "", False,
    ),
    Resource(
        "/compare", "compare", "Up to five accounts by one metric, bucket by bucket.",
        asking.Compare, answers.CompareAnswer, accounts.compare, _of_series, "series",
    ),
    Resource(
        "/search", "search", "Accounts by the beginning of their names, or by a pasted address.",
        asking.Search, answers.Searched, search.search, lambda _, __: OF_WINDOW["1d"], "accounts",
    ),
)  # fmt: skip
"""Everything that is answered from numbers and cached."""
PREFIX = "/api/v1"
