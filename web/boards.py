"""Boards: pages of ranked lists, as they stand or as they stood.

It owns which rows of which board answer a request. It ranks nothing and knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sql import tid
from sql.metrics import RANKED
from web import answers, asking, coverage
from web.database import Snapshot, literally
from web.entry import mark_of_post
from web.freshness import HISTORY, OF_WINDOW, Freshness
from web.metrics import DIMENSIONS, ENGAGEMENT
from web.problem import bad_parameter, not_found
from web.series import EVER, as_given, whole
from web.spans import EPOCH, Spans
from web.texts import texts
from web.windows import ALL, LENGTH, complete_since, span_of

POST = "app.bsky.feed.post"
LEVEL = "level"
"""The board of what was earned ever: it has one window, which is all time."""
_OWN = {*(metric.key for metric in RANKED if not metric.received), "experience", LEVEL}
"""What accounts are ranked by that nobody else does."""
_HEAD = ("begins", "ends", "as_of", "total")


def window_of(metric: str, window: str) -> str:
    """The window of the board that a request means."""
    return ALL if metric == LEVEL else window


def freshness_of(metric: Any, window: str, as_of: Any = None) -> Freshness:
    """How long a page of a board is fresh, on a page as at the API."""
    return HISTORY if as_of else OF_WINDOW[window_of(metric, window)]


class _Page(NamedTuple):
    said: dict[str, Any]
    """What the answer says of itself."""
    rows: list[dict[str, Any]]


async def _page(snapshot: Snapshot, query: str, ask: asking.Page, metric: str, **given: Any) -> _Page:
    """A page, what it covers, and since when that is complete. Without any board yet it is an empty one."""
    window = window_of(metric, ask.window)
    found = await snapshot.rows(
        query, metric=metric, time_window=window, length=LENGTH[ask.window], at=ask.as_of or None,
        offset=ask.offset, limit=ask.limit, **given,
    )  # fmt: skip
    if not found and ask.as_of:
        raise not_found(
            "no such list is kept as of then; lists by records are kept as of each full hour, all while one pages"
        )
    begin, end = span_of(window, snapshot.head)
    top: dict[str, Any] = found[0] if found else {"begins": begin, "ends": end, "as_of": None, "total": 0}
    said = {
        **await coverage.said(snapshot, top["begins"], top["ends"], top["as_of"]),
        "metric": metric,
        "window": window,
        "from_": top["begins"],
        "to": top["ends"],
        "complete_since": None if window == ALL else complete_since(top["begins"], snapshot.head),
        "total": top["total"],
    }
    rows = [{name: value for name, value in row.items() if name not in _HEAD} for row in found]
    return _Page(said, [row for row in rows if row["rank"] is not None])


async def accounts(snapshot: Snapshot, ask: asking.TopAccounts) -> answers.AccountBoardPage:
    """GET /api/v1/top/accounts."""
    _check_actors(ask)
    pattern = f"%{literally(ask.q.removeprefix('@'))}%" if ask.q else None
    page = await _page(snapshot, "query/board_accounts", ask, ask.metric, count=ask.count, pattern=pattern)
    return answers.AccountBoardPage(**page.said, rows=[answers.AccountRow(**row) for row in page.rows])


def _check_actors(ask: asking.TopAccounts | asking.TopPosts) -> None:
    if ask.count == "actors" and ask.window == "30d":
        raise bad_parameter("count", "actors are counted in windows of 1h, 1d and 7d")
    if ask.count == "actors" and ask.metric in _OWN:
        raise bad_parameter(
            "count", "posts are everybody's own, and what they earn; actors are counted of what others did"
        )


def _check_language(ask: asking.TopPosts | asking.TopTerms) -> None:
    """The event log says what language a post is in, and it does not go back a month."""
    if ask.lang and ask.window == "30d":
        raise bad_parameter("lang", "posts of one language are known in windows of 1h, 1d and 7d")


async def posts(snapshot: Snapshot, ask: asking.TopPosts) -> answers.PostBoardPage:
    """GET /api/v1/top/posts."""
    _check_actors(ask)
    _check_language(ask)
    language = snapshot.ids.term(DIMENSIONS["languages"], ask.lang) if ask.lang else None
    page = await _page(snapshot, "query/board_posts", ask, ask.metric, count=ask.count, language=language)
    span = page.said["from_"], page.said["to"]
    return answers.PostBoardPage(**page.said, rows=await post_rows(snapshot, page.rows, whole(span, snapshot.head)))


async def post_rows(snapshot: Snapshot, rows: list[dict[str, Any]], spans: Spans) -> list[answers.PostRow]:
    """Posts with what they received in the spans, by metric, and what they say."""
    if not rows:
        return []
    keys = [(row["account"], row["number"]) for row in rows]
    snapshot.posts.update(mark_of_post(row["account"], row["number"]) for row in rows)
    sums: dict[tuple[int, int], dict[str, int]] = {}
    given = {"accounts": [account for account, _ in keys], "rkeys": [rkey for _, rkey in keys]}
    for row in await snapshot.rows("query/post_sums", **given, **as_given({"": spans})):
        sums.setdefault((row["account"], row["rkey"]), {})[row["metric"]] = row["net"]
    said = await texts(snapshot, keys)
    return [_post(row, sums.get(key, {}), said.get(key)) for key, row in zip(keys, rows, strict=True)]


def _post(row: dict[str, Any], sums: dict[str, int], text: str | None) -> answers.PostRow:
    rkey = row["rkey"] or tid.text(row["number"])
    received: dict[str, Any] = {metric.removesuffix("_received"): sums.get(metric, 0) for metric in ENGAGEMENT}
    kept = ("rank", "previous_rank", "did", "handle", "value", "gained", "lost")
    return answers.PostRow(
        **{name: row[name] for name in kept}, **received, uri=f"at://{row['did']}/{POST}/{rkey}", rkey=rkey,
        created_at=created_at(row["number"]), text=text,
    )  # fmt: skip


def created_at(rkey: int) -> datetime | None:
    """When a record key says that it was made: only a TID says so, and anybody may write one down."""
    if rkey < 0:
        return None
    at = tid.time_us(rkey) / 1e6
    if not 1.5e9 < at < 1e10:
        return None
    return datetime.fromtimestamp(round(at, 3), EPOCH.tzinfo)


async def terms(snapshot: Snapshot, kind: str, ask: asking.TopTerms) -> answers.TermBoardPage:
    """GET /api/v1/top/hashtags and its like."""
    other = "authors" if ask.by == "posts" else "posts"
    page = await _terms_page(snapshot, kind, ask, other)
    missing = [row["term"] for row in page.rows if row["other_value"] is None]
    if missing:
        span = whole((page.said["from_"], page.said["to"]), snapshot.head)
        values = await _term_sums(snapshot, kind, other, missing, span)
        for row in page.rows:
            if row["other_value"] is None:
                row["other_value"] = values.get(row["term"], 0)
    return answers.TermBoardPage(**page.said, rows=list(_terms(page.rows, ask.by, other)))


async def _terms_page(snapshot: Snapshot, kind: str, ask: asking.TopTerms, other: str) -> _Page:
    if not ask.lang:
        return await _page(snapshot, "query/board_terms", ask, ask.by, kind=kind, other=other)
    _check_language(ask)
    language = snapshot.ids.term(DIMENSIONS["languages"], ask.lang)
    return await _page(snapshot, "query/board_terms_by_language", ask, ask.by, kind=kind, language=language)


def _terms(rows: list[dict[str, Any]], by: str, other: str) -> Iterable[answers.TermRow]:
    for row in rows:
        values = {by: row["value"], other: row.pop("other_value")}
        del row["term"]
        yield answers.TermRow(**row, **values)


async def _term_sums(snapshot: Snapshot, kind: str, by: str, terms: list[int], spans: Spans) -> dict[int, int]:
    """What terms are worth that the other board does not list."""
    query = "query/term_points" if by == "posts" else "query/term_authors"
    given = {"terms": terms, "dimension": DIMENSIONS[kind], "bucket": EVER, **as_given({"": spans})}
    sums: dict[int, int] = {}
    for row in await snapshot.rows(query, **given):
        sums[row["term"]] = sums.get(row["term"], 0) + row["gained"] - row["lost"]
    return sums
