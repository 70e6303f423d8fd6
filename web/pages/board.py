"""A board as a page: metric and window as tabs with addresses of their own, a hundred rows at a time."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlencode

from msgspec import UNSET, UnsetType

from web import answers, asking, boards, sparks
from web.database import Snapshot
from web.level import level_of
from web.metrics import DIMENSIONS, OF_POST
from web.page import dids_of
from web.pages.home import spark_rows
from web.problem import bad_parameter
from web.spans import written
from web.windows import LENGTH

ROWS = 100
Kind = Literal["accounts", "posts", "hashtags", "links", "domains", "emoji", "languages"]
_OF_KIND: dict[str, tuple[str, ...]] = {
    "accounts": asking.ACCOUNT_BOARDS,
    "posts": tuple(OF_POST),
    **dict.fromkeys(DIMENSIONS, ("posts", "authors")),
}
_FIRST = {"posts": "engagement"}
"""What a kind is ranked by if nothing is said; else by the first."""


class Board(asking.Ask, frozen=True, kw_only=True):
    """GET /top/{kind}."""

    kind: Kind
    metric: asking.Text | UnsetType = UNSET
    window: asking.Window = "1h"
    offset: asking.Offset = 0
    as_of: asking.AsOf | UnsetType = UNSET
    q: asking.Text | UnsetType = UNSET
    lang: asking.Language | UnsetType = UNSET


async def board(snapshot: Snapshot, ask: Board) -> dict[str, Any]:
    """Its rows, and where tabs and pages lead."""
    metric = metric_of(ask)
    page = await listed(snapshot, ask, metric)
    return {
        "page": page, "sparks": await _looks(snapshot, ask, metric, page.rows), "metric": metric,
        "metrics": _OF_KIND[ask.kind], "length": LENGTH[ask.window], "level_of": level_of,
        "dids": dids_of(page.rows) if ask.kind in ("accounts", "posts") else [],
        "href": lambda **change: _href(ask, metric, page, change),
        "csv": _csv(ask, metric, page),
    }  # fmt: skip


def metric_of(ask: Board) -> str:
    """What it is ranked by. Raises Problem where its kind is not ranked so."""
    metrics = _OF_KIND[ask.kind]
    metric = ask.metric or _FIRST.get(ask.kind, metrics[0])
    if metric not in metrics:
        raise bad_parameter("metric", f"may be {', '.join(metrics)}")
    return metric


async def listed(snapshot: Snapshot, ask: Board, metric: Any, limit: int = ROWS) -> Any:
    """The answer of the API that has its rows."""
    given: dict[str, Any] = {"window": ask.window, "limit": limit, "offset": ask.offset, "as_of": ask.as_of}
    if ask.kind == "accounts":
        return await boards.accounts(snapshot, asking.TopAccounts(metric=metric, q=ask.q, **given))
    if ask.kind == "posts":
        return await boards.posts(snapshot, asking.TopPosts(metric=metric, lang=ask.lang, **given))
    return await boards.terms(snapshot, ask.kind, asking.TopTerms(by=metric, lang=ask.lang, **given))


async def _looks(snapshot: Snapshot, ask: Board, metric: str, rows: Any) -> list[list[int]]:
    """How each row moved; how a term moved is known of all languages together."""
    if metric in ("experience", boards.LEVEL):
        return []
    if ask.kind == "accounts":
        return await spark_rows(snapshot, rows, metric, ask.window)
    if ask.kind == "posts" or ask.lang:
        return []
    ids = [snapshot.ids.term(DIMENSIONS[ask.kind], row.key) for row in rows]
    looks = await sparks.of_terms(snapshot, ids, ask.window)
    return [looks[id] for id in ids]


def _href(ask: Board, metric: str, page: answers.Listed, change: dict[str, Any]) -> str:
    """The same board with something else; another page of the same list stands still."""
    kind = change.pop("kind", ask.kind)
    given: dict[str, Any] = {"metric": metric if kind == ask.kind else None, "window": ask.window}
    given |= {"q": ask.q or None, "lang": ask.lang or None} if kind == ask.kind else {}
    if change.get("offset") and page.as_of:
        given["as_of"] = written(page.as_of)
    given |= change
    if given["window"] == "30d":
        given["lang"] = None  # the log, which tells languages apart, does not go back as far
    asked = urlencode({name: value for name, value in given.items() if value})
    return f"/top/{kind}?{asked}"


def _csv(ask: Board, metric: str, page: answers.Listed) -> str:
    """All rows of the list as a spreadsheet."""
    by = "metric" if ask.kind in ("accounts", "posts") else "by"
    given = {by: metric, "window": ask.window, "limit": 1000, "format": "csv"}
    given |= {"as_of": written(page.as_of)} if ask.as_of and page.as_of else {}
    given |= {"lang": ask.lang} if ask.lang else {}
    return f"/api/v1/top/{ask.kind}?{urlencode(given)}"
