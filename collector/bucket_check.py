"""The self-test of the rollups: a closed hour is the sum of its minutes, a closed day of its hours. It changes nothing.

Of one hour and one day that are chosen at random; of the network all of it, of what has millions of keys a sample.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import LiteralString

import psycopg
from psycopg import sql

from collector.lookups import by_index
from collector.rollups import BELOW, DAY, HOUR, ROLLUPS, Rollup
from collector.settings import CollectorSettings
from collector.windows import LENGTH
from sql import statement

_PAGES = 100
"""Of each table so many are looked at, about: 8 KiB each, with a hundred rows."""
_KEYS_MAX = 500
_CHOSEN = {HOUR: "selfcheck/hour", DAY: "selfcheck/day"}
_COMPARED: LiteralString = """
with sampled as (
  (
    select {key}
    from {table} {sample}
    where {at} = %(begin)s {known}
    limit {keys_max}
  )
  union
  (
    select {key}
    from {below} {below_sample}
    where {below_at} >= %(begin)s and {below_at} < %(end)s {known}
    limit {keys_max}
  )
)
select count(*), count(*) filter (where kept.amounts <> summed.amounts)
from sampled
cross join lateral (
  select {amounts} as amounts
  from {table} as t
  where {at} = %(begin)s and {same}
) as kept
cross join lateral (
  select {amounts} as amounts
  from {below} as t
  where {below_at} >= %(begin)s and {below_at} < %(end)s and {same}
) as summed
"""


def check_buckets(connection: psycopg.Connection, settings: CollectorSettings) -> list[str]:
    """What is not the sum of what it is made of, a line each."""
    found = []
    for bucket, days_kept in ((HOUR, settings.minute_days_kept), (DAY, settings.hour_days_kept)):
        for rollup in ROLLUPS:
            found += _compared(connection, rollup, bucket, days_kept)
    return found


def _compared(connection: psycopg.Connection, rollup: Rollup, bucket: str, days_kept: int) -> list[str]:
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        # before the transaction sees anything: else a day could be dropped that it sees the hours of
        for table in (rollup.table(bucket), rollup.table(BELOW[bucket])):
            connection.execute(sql.SQL("lock table only {} in access share mode").format(table))
        begin = _chosen(connection, bucket, days_kept)
        if begin is None:
            return []
        given = {"begin": begin, "end": begin + LENGTH[bucket]}
        query = _query(connection, rollup, bucket, begin)
        with by_index(connection):
            row = connection.execute(query, given).fetchone()
    assert row is not None
    sampled, different = row
    if not different:
        return []
    when = begin.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return [
        f"{rollup.name}_{bucket} {when}: {different} of {sampled} keys are not the sum of {rollup.name}_{BELOW[bucket]}"
    ]


def _chosen(connection: psycopg.Connection, bucket: str, days_kept: int) -> datetime | None:
    """When the bucket to look at begins; None where there is none.

    Of a day that retention has dropped there may be some again: what came late. So the oldest days are left out.
    """
    parent = f"account_{BELOW[bucket]}"
    row = connection.execute(statement("rollup/days"), {"parent": parent}).fetchone()
    if row is None or not row[1]:
        return None
    newest, days = row  # without a newest one nothing is ever dropped
    oldest = max(min(days), newest - timedelta(days=days_kept - 1)) if newest else min(days)
    kept_from = datetime(oldest.year, oldest.month, oldest.day, tzinfo=UTC)
    found = connection.execute(statement(_CHOSEN[bucket]), {"kept_from": kept_from}).fetchone()
    return found[0] if found else None


def _query(connection: psycopg.Connection, rollup: Rollup, bucket: str, begin: datetime) -> sql.Composed:
    below = BELOW[bucket]
    comma, both = sql.SQL(", "), sql.SQL(" and ")
    sums = [sql.SQL("coalesce(sum({}), 0)").format(sql.Identifier(amount)) for amount in rollup.amounts]
    # what a purge takes out goes from one table after the other
    known = sql.SQL("and account not in (select account from purge)" if "account" in rollup.key else "")
    return sql.SQL(_COMPARED).format(
        key=comma.join(map(sql.Identifier, rollup.key)), keys_max=sql.Literal(_KEYS_MAX), known=known,
        table=rollup.table(bucket), at=sql.Identifier(bucket), sample=_sample(connection, rollup, bucket, begin),
        below=rollup.table(below), below_at=sql.Identifier(below),
        below_sample=_sample(connection, rollup, below, begin),
        amounts=sql.SQL("array[{}]").format(comma.join(sums) if sums else sql.SQL("least(count(*), 1)")),
        same=both.join([sql.SQL("t.{name} = sampled.{name}").format(name=sql.Identifier(name)) for name in rollup.key]),
    )  # fmt: skip


def _sample(connection: psycopg.Connection, rollup: Rollup, bucket: str, begin: datetime) -> sql.Composable:
    """How much of a table is looked at: all of it where it is small, or is the network's and found by its time."""
    partition = f"{rollup.name}_{bucket}_{begin:{'%Y%m' if bucket == DAY else '%Y%m%d'}}"
    row = connection.execute("select pg_relation_size(to_regclass(%s)) / 8192", (partition,)).fetchone()
    pages = row[0] if row and row[0] else 0
    if pages <= _PAGES:
        return sql.SQL("")
    return sql.SQL("tablesample system ({})").format(sql.Literal(100.0 * _PAGES / pages))
