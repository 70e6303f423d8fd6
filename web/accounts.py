"""Accounts: what is known of one, its series, its best posts, and when it is awake."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from web import answers, asking, coverage
from web.actors import find
from web.boards import post_rows
from web.counts import points
from web.database import Snapshot
from web.experience import ARTICLE, COUNTED, rules_of
from web.levels import level_fields
from web.metrics import KEPT, OF_ACCOUNT, OF_POST
from web.problem import bad_parameter
from web.series import EVER, Stretch, as_given, points_of, read_of, stretch_of, summed_of, whole
from web.spans import HOUR, spans
from web.windows import ALL, LENGTH, complete_since, span_of

WINDOWS = (*LENGTH, ALL)


async def account(snapshot: Snapshot, ask: asking.OneAccount) -> answers.Account:
    """GET /api/v1/accounts/{actor}."""
    row = await find(snapshot, ask.actor)
    head, id = snapshot.head, row["id"]
    of_windows = {window: span_of(window, head) for window in WINDOWS}
    read = as_given({window: whole(span, head) for window, span in of_windows.items()})
    rows = await points(snapshot, "account", {"account": id}, tuple({*KEPT, *COUNTED}), EVER, read)
    [seen] = await snapshot.rows("query/account_seen", account=id)
    stock, rules = row["followers"], await rules_of(snapshot, ARTICLE)
    experience = rules.earned(each for each in rows if each["label"] == ALL)
    return answers.Account(
        **await coverage.said(snapshot, *of_windows[ALL]),
        **{name: row[name] for name in ("did", "handle", "display_name", "avatar")},
        status=row["status"] or "active",
        first_seen=seen["first"],
        last_seen=seen["last"],
        followers_count=None if stock is None else answers.Total(stock, row["followers_at"]),
        totals={window: totals_of([r for r in rows if r["label"] == window], OF_ACCOUNT) for window in WINDOWS},
        ranks=await _ranks(snapshot, id),
        best_ranks=await _best_ranks(snapshot, id),
        level=answers.Level(**await level_fields(snapshot, id, rules, experience, seen["last"])),
    )


def totals_of(rows: list[dict[str, Any]], metrics: Any) -> dict[str, answers.Amounts]:
    """Amounts of each metric, zeros included."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        gained, lost = found.get(row["metric"], (0, 0))
        found[row["metric"]] = gained + row["gained"], lost + row["lost"]
    totals = {}
    for metric, parts in metrics.items():
        gained, lost = (sum(found.get(part, (0, 0))[side] for part in parts) for side in (0, 1))
        totals[metric] = answers.Amounts(gained, lost, gained - lost)
    return totals


async def _ranks(snapshot: Snapshot, id: int) -> dict[str, dict[str, int | None]]:
    ranks: dict[str, dict[str, int | None]] = {}
    for row in await snapshot.rows("query/account_ranks", account=id):
        ranks.setdefault(row["time_window"], {})[row["metric"]] = row["rank"]
    return ranks


async def _best_ranks(snapshot: Snapshot, id: int) -> dict[str, dict[str, answers.BestRank]]:
    best: dict[str, dict[str, answers.BestRank]] = {}
    for row in await snapshot.rows("query/account_best_ranks", account=id):
        best.setdefault(row["time_window"], {})[row["metric"]] = answers.BestRank(row["rank"], row["at"])
    return best


async def series(snapshot: Snapshot, ask: asking.AccountSeries) -> answers.AccountSeriesAnswer:
    """GET /api/v1/accounts/{actor}/series."""
    row = await find(snapshot, ask.actor)
    stretch = stretch_of(ask, snapshot.head)
    found = await account_points(snapshot, row["id"], ask.metric, stretch)
    return answers.AccountSeriesAnswer(**await series_said(snapshot, ask.metric, stretch, found), did=row["did"])


async def account_points(snapshot: Snapshot, id: int, metric: str, stretch: Stretch) -> list[answers.Point]:
    """The points of an account by one metric."""
    read = read_of(stretch, snapshot.head)
    rows = await points(snapshot, "account", {"account": id}, OF_ACCOUNT[metric], stretch.bucket, read)
    return points_of(rows, stretch, snapshot.head)


async def series_said(snapshot: Snapshot, metric: str, stretch: Stretch, found: list[answers.Point]) -> dict[str, Any]:
    """The fields of a series."""
    return {
        **await coverage.said(snapshot, stretch.begin, stretch.end),
        "metric": metric,
        "bucket": round(stretch.bucket.total_seconds()),
        "from_": stretch.begin,
        "to": stretch.end,
        "points": found,
    }


async def compare(snapshot: Snapshot, ask: asking.Compare) -> answers.CompareAnswer:
    """GET /api/v1/compare."""
    stretch = stretch_of(ask, snapshot.head)
    compared = []
    for actor in ask.actors.split(","):
        row = await find(snapshot, actor)
        found = await account_points(snapshot, row["id"], ask.metric, stretch)
        compared.append(answers.Compared(did=row["did"], handle=row["handle"], points=found))
    return answers.CompareAnswer(
        **await coverage.said(snapshot, stretch.begin, stretch.end), metric=ask.metric,
        bucket=round(stretch.bucket.total_seconds()), from_=stretch.begin, to=stretch.end, series=compared,
    )  # fmt: skip


async def top_posts(snapshot: Snapshot, ask: asking.AccountPosts) -> answers.PostBoardPage:
    """GET /api/v1/accounts/{actor}/top-posts."""
    row = await find(snapshot, ask.actor)
    span = span_of(ask.window, snapshot.head)
    read = whole(span, snapshot.head)
    given = {"account": row["id"], "metrics": list(OF_POST[ask.metric]), "limit": ask.limit}
    rows = await snapshot.rows("query/account_posts", **given, **as_given({"": read}))
    total = rows[0]["total"] if rows else 0
    listed = [
        {**post, "did": row["did"], "handle": row["handle"], "account": row["id"], "previous_rank": None}
        for post in rows
    ]
    return answers.PostBoardPage(
        **await coverage.said(snapshot, *span), metric=ask.metric, window=ask.window, from_=span[0], to=span[1],
        complete_since=complete_since(span[0], snapshot.head), total=total,
        rows=await post_rows(snapshot, listed, read),
    )  # fmt: skip


async def heatmap(snapshot: Snapshot, ask: asking.Heatmap) -> answers.HeatmapAnswer:
    """GET /api/v1/accounts/{actor}/heatmap. An hour belongs to the local one that it begins in."""
    zone = await zone_of(ask.tz)
    row = await find(snapshot, ask.actor)
    begin, end = span_of(ask.window, snapshot.head)
    read = as_given({"": spans(begin, end, HOUR, summed_of(snapshot.head))})
    rows = await points(snapshot, "account", {"account": row["id"]}, OF_ACCOUNT[ask.metric], HOUR, read)
    counts = [[0] * 24 for _ in range(7)]
    for found in rows:
        local: datetime = found["time"].astimezone(zone)
        counts[local.weekday()][local.hour] += found["gained"]
    return answers.HeatmapAnswer(
        **await coverage.said(snapshot, begin, end), did=row["did"], metric=ask.metric, window=ask.window, tz=ask.tz,
        from_=begin, to=end, counts=counts,
    )  # fmt: skip


async def zone_of(name: str) -> ZoneInfo:
    """A time zone. Raises Problem where there is none of this name."""
    try:
        return await asyncio.to_thread(ZoneInfo, name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise bad_parameter("tz", "is no time zone of the IANA database, like Europe/Paris") from None
