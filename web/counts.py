"""Counts: what the rollups hold of an account, a post or the network, in given stretches of time."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from web.database import Snapshot


async def points(
    snapshot: Snapshot, rollup: str, key: dict[str, int], metrics: tuple[str, ...], bucket: Any, read: dict[str, Any]
) -> list[dict[str, Any]]:
    """Rows of sql/query/points.sql of a rollup, of what the key's columns say."""
    each = [sql.SQL("kept.{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in key]
    condition = sql.SQL(" and ").join(each) if each else sql.SQL("true")
    names = {unit: sql.Identifier(f"{rollup}_{unit}") for unit in ("day", "hour", "minute")}
    return await snapshot.rows(
        "query/points", {**names, "key": condition}, **key, metrics=list(metrics), bucket=bucket, **read
    )
