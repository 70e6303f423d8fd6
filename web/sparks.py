"""Sparks: how each row of a list moved over its window, in a few points. They are looks, not numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from psycopg import sql

from web.counts import points
from web.database import Head, Snapshot
from web.metrics import KEPT, OF_ACCOUNT
from web.series import Stretch, read_of
from web.spans import DAY, HOUR, MINUTE, floor

Sparks = dict[int, list[int]]
"""By id of an account or a term: what it gained net, bucket by bucket."""


class _Look(NamedTuple):
    unit: str
    bucket: timedelta
    points: int


_LOOKS = {
    "1h": _Look("minute", 3 * MINUTE, 20), "1d": _Look("hour", HOUR, 24), "7d": _Look("hour", 6 * HOUR, 28),
    "30d": _Look("day", DAY, 30),
}  # fmt: skip


async def of_accounts(snapshot: Snapshot, ids: Sequence[int], metric: str, window: str) -> Sparks:
    """How these accounts moved by a metric."""
    of = sql.SQL("kept.metric = any (array(select id from metric where name = any (%(metrics)s::text[])))")
    return await _read(snapshot, "account", "account", of, ids, window, metrics=list(OF_ACCOUNT[metric]))


async def of_account(snapshot: Snapshot, id: int, window: str) -> dict[str, list[int]]:
    """How one account moved by each metric."""
    stretch = _stretch(window, snapshot.head)
    read = read_of(stretch, snapshot.head)
    found = {metric: [0] * _LOOKS[window].points for metric in OF_ACCOUNT}
    for row in await points(snapshot, "account", {"account": id}, KEPT, stretch.bucket, read):
        for metric, parts in OF_ACCOUNT.items():
            if row["metric"] in parts:
                found[metric][(row["time"] - stretch.begin) // stretch.bucket] += row["gained"] - row["lost"]
    return found


async def of_terms(snapshot: Snapshot, ids: Sequence[int], window: str) -> Sparks:
    """How these terms moved by posts."""
    return await _read(snapshot, "term", "term", sql.SQL("true"), ids, window)


async def _read(
    snapshot: Snapshot, rollup: str, key: str, of: sql.SQL, ids: Sequence[int], window: str, **given: list[str]
) -> Sparks:
    look, (begin, end, _) = _LOOKS[window], _stretch(window, snapshot.head)
    names = {
        "rollup": sql.Identifier(f"{rollup}_{look.unit}"), "unit": sql.Identifier(look.unit),
        "key": sql.Identifier(key), "of": of,
    }  # fmt: skip
    rows = await snapshot.rows(
        "query/sparks", names, ids=list(ids), bucket=look.bucket, **{"from": begin, "to": end}, **given
    )
    found: Sparks = {id: [0] * look.points for id in ids}
    for row in rows:
        found[row["id"]][(row["time"] - begin) // look.bucket] = row["net"]
    return found


def _stretch(window: str, head: Head) -> Stretch:
    """Whole buckets only: the last one of a list would always fall."""
    look = _LOOKS[window]
    whole_to = {"minute": head.watermark, "hour": head.hours_to, "day": head.days_to}
    end = floor(whole_to[look.unit], look.bucket)
    return Stretch(end - look.points * look.bucket, end, look.bucket)
