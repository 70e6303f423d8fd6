"""Bare partitions: filled before they are attached, so that their indexes are built at once and not row by row.

What comes of it is what the collector would have left, but that indexes so built are fuller than such that grew: by a
quarter at most. It knows names and bounds of partitions, and no rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg
from psycopg import sql

from collector.rollups import DAY

_DAY = timedelta(days=1)


class _Partition(NamedTuple):
    parent: str
    name: str
    begins: datetime
    ends: datetime


class Bare:
    """Partitions of rollups in which nobody looks anything up yet."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._filling: dict[str, _Partition] = {}

    def table(self, rollup: str, bucket: str, begin: datetime) -> sql.Identifier:
        """The one that a bucket belongs to; it is made with the first."""
        partition = _partition(f"{rollup}_{bucket}", bucket, begin)
        if partition.name not in self._filling:
            self._connection.execute(
                sql.SQL("create table {} (like {} including defaults including constraints)").format(
                    sql.Identifier(partition.name), sql.Identifier(partition.parent)
                )
            )
            self._filling[partition.name] = partition
        return sql.Identifier(partition.name)

    def attach(self, bucket: str) -> None:
        """Attach those of a bucket's size."""
        self._connection.execute("set maintenance_work_mem = '1GB'")
        for partition in [each for each in self._filling.values() if each.parent.endswith(bucket)]:
            self._connection.execute(
                sql.SQL("alter table {} attach partition {} for values from ({}) to ({})").format(
                    sql.Identifier(partition.parent), sql.Identifier(partition.name),
                    sql.Literal(partition.begins), sql.Literal(partition.ends),
                )
            )  # fmt: skip
            del self._filling[partition.name]


def _partition(parent: str, bucket: str, begin: datetime) -> _Partition:
    """As ensure_day names it (sql/migrations/0004_rollups.sql): hours by the day, days by the month."""
    day = begin.replace(hour=0)
    if bucket != DAY:
        return _Partition(parent, f"{parent}_{day:%Y%m%d}", day, day + _DAY)
    month = day.replace(day=1)
    return _Partition(parent, f"{parent}_{day:%Y%m}", month, (month + 31 * _DAY).replace(day=1))
