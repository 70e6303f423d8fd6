"""The rollups: what is summed by which key in which buckets, and the statements that add to them.

A rollup has a table for each bucket: minutes are fed by tallies, hours by minutes, days by hours. This is the one place
that knows their columns.
"""

from __future__ import annotations

from typing import LiteralString, NamedTuple

from psycopg import sql

MINUTE, HOUR, DAY = "minute", "hour", "day"
BUCKETS = (MINUTE, HOUR, DAY)
BELOW = {HOUR: MINUTE, DAY: HOUR}
"""The bucket that each is summed from."""


class Rollup(NamedTuple):
    """One rollup in its three tables."""

    name: str
    tallies: str
    key: tuple[str, ...]
    amounts: tuple[str, ...]
    """Summed; none: a key is there or not."""
    only: LiteralString = "true"
    """Which tallies belong to it."""

    def table(self, bucket: str) -> sql.Identifier:
        """Its table of buckets of this size."""
        return sql.Identifier(f"{self.name}_{bucket}")


ROLLUPS = (
    Rollup("account", "account_tally", ("account", "metric"), ("gained", "lost")),
    Rollup("post", "account_tally", ("account", "rkey", "metric"), ("gained", "lost"), "rkey is not null"),
    Rollup("total", "account_tally", ("metric",), ("gained", "lost")),
    Rollup("term", "term_tally", ("dimension", "term"), ("gained", "lost")),
    # a deleted post has had its author
    Rollup("author", "term_tally", ("term", "author"), (), "gained > 0"),
    Rollup("network", "network_tally", ("collection", "operation"), ("events",)),
)
TALLIES = ("account_tally", "term_tally", "network_tally")


def add_tallies(rollup: Rollup, bucket: str, tallies: sql.Identifier, *, is_first: bool = False) -> sql.Composed:
    """Adds a segment's tallies of %(minutes)s (null: all) to the rollup's buckets. Where there is nothing yet of any of
    those buckets (`is_first`), no row has to be looked for, which costs half."""
    where = sql.SQL("({only}) and (%(minutes)s::timestamptz[] is null or minute = any(%(minutes)s))")
    return _add(rollup, bucket, tallies, MINUTE, where.format(only=sql.SQL(rollup.only)), is_first=is_first)


def sum_up(rollup: Rollup, bucket: str) -> sql.Composed:
    """Sums the buckets below, from %(begin)s to before %(end)s, into the rollup's."""
    below = BELOW[bucket]
    span = sql.SQL("{at} >= %(begin)s and {at} < %(end)s").format(at=sql.Identifier(below))
    return _add(rollup, bucket, rollup.table(below), below, span)


def _add(
    rollup: Rollup, bucket: str, source: sql.Identifier, source_bucket: str, where: sql.Composable, *,
    is_first: bool = False,
) -> sql.Composed:
    """In key order, so that the trees grow and are read where they are warm."""
    key = [sql.Identifier(name) for name in rollup.key]
    amounts = [sql.Identifier(name) for name in rollup.amounts]
    query = """
        insert into {target} as t ({bucket}, {columns})
        select {at}, {key} {sums}
        from {source}
        where {where}
        group by {at}, {key}
        order by {order}
        {on_conflict}
    """
    at: sql.Composable = sql.Identifier(source_bucket)
    if bucket != source_bucket:
        at = sql.SQL("date_trunc({unit}, {at}, 'UTC')").format(unit=sql.Literal(bucket), at=at)
    comma = sql.SQL(", ")
    by_time = bucket == MINUTE and rollup.name != "author"
    return sql.SQL(query).format(
        target=rollup.table(bucket), bucket=sql.Identifier(bucket), columns=comma.join([*key, *amounts]), at=at,
        key=comma.join(key), source=source, where=where,
        sums=sql.SQL("").join([sql.SQL(", sum({a})").format(a=amount) for amount in amounts]),
        order=comma.join([at, *key] if by_time else [*key, at]),
        on_conflict=sql.SQL("") if is_first else _grow(sql.Identifier(bucket), key, amounts),
    )  # fmt: skip


def _grow(bucket: sql.Identifier, key: list[sql.Identifier], amounts: list[sql.Identifier]) -> sql.Composed:
    """What becomes of a row that is there already."""
    grow = [sql.SQL("{a} = t.{a} + excluded.{a}").format(a=amount) for amount in amounts]
    action = sql.SQL("update set {grow}").format(grow=sql.SQL(", ").join(grow)) if grow else sql.SQL("nothing")
    return sql.SQL("on conflict ({key}) do {action}").format(key=sql.SQL(", ").join([bucket, *key]), action=action)
