"""Distinct authors of the posts that a term gained in some buckets: exact, by index, for the terms that matter.

Distinct authors of two buckets can not be added up; but nobody has more authors than posts, so a list by posts says
which terms have to be counted. It does not know how terms are ranked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, LiteralString

import numpy as np
import psycopg
from psycopg import sql

from collector.amounts import Amounts, Keys, joined
from collector.arrays import column_of, fetched, take_columns
from collector.lookups import by_index
from collector.rollups import DAY
from collector.windows import Stretch


class Authors:
    """Counts on one session. No statement here may become a join: what has just been summed up has no statistics yet,
    and would be read whole for every term."""

    def __init__(self, connection: psycopg.Connection) -> None:
        take_columns(connection)
        self._connection = connection

    def of(self, keys: Keys, stretches: list[Stretch]) -> Amounts:
        """The number of distinct authors of each of these terms, as gained; of those that have any."""
        each = """
            select author
            from {table} as t
            where t.term = wanted.term and {bucket} >= {begin} and {bucket} < {end}
        """
        query = """
            select wanted.term, counted.authors
            from unnest(%(terms)s) as wanted (term)
            cross join lateral (select count(distinct author) as authors from ({each}) as each) as counted
            where counted.authors > 0
        """
        given: dict[str, Any] = {"terms": keys[:, 0]}
        parts = []
        for at, stretch in enumerate(stretches):
            given |= {f"begin_{at}": stretch.begin, f"end_{at}": stretch.end}
            begin, end = sql.Placeholder(f"begin_{at}"), sql.Placeholder(f"end_{at}")
            parts.append(_named(each, stretch.bucket, begin=begin, end=end))
        return self._counted(sql.SQL(query).format(each=sql.SQL(" union all ").join(parts)), given)

    def pairs(self, keys: Keys, stretch: Stretch) -> Keys:
        """Each of these terms with each of its authors in these buckets; some of them several times."""
        query = """
            select array_agg(wanted.term), array_agg(found.author)
            from unnest(%(terms)s) as wanted (term)
            cross join lateral (
              select author
              from {table} as t
              where t.term = wanted.term and {bucket} >= %(begin)s and {bucket} < %(end)s
              offset 0
            ) as found
        """
        given = {"terms": keys[:, 0], "begin": stretch.begin, "end": stretch.end}
        with by_index(self._connection):
            ((terms, authors),) = fetched(self._connection, _named(query, stretch.bucket), given)
        return np.stack([column_of(terms), column_of(authors)], axis=1)

    def unknown(self, pairs: Keys, stretches: list[Stretch]) -> Amounts:
        """How many of these pairs of a term and an author, each given once, are in none of these buckets, by term."""
        if not len(pairs):
            return _gained([])
        nowhere = """
            (
              select true
              from {table} as t
              where t.term = pair.term and t.author = pair.author and {bucket} = any({starts})
              limit 1
            ) is null
        """
        query = """
            select pair.term, count(*)
            from unnest(%(terms)s, %(authors)s) as pair (term, author)
            where {nowhere}
            group by pair.term
        """
        given: dict[str, Any] = {"terms": pairs[:, 0], "authors": pairs[:, 1]}
        parts = []
        for at, (bucket, starts) in enumerate(_by_partition(stretches)):
            given[f"starts_{at}"] = starts
            parts.append(_named(nowhere, bucket, starts=sql.Placeholder(f"starts_{at}")))
        composed = sql.SQL(query).format(nowhere=sql.SQL(" and ").join(parts))
        with by_index(self._connection):
            return self._counted(composed, given)

    def _counted(self, query: sql.Composed, given: dict[str, Any]) -> Amounts:
        """Terms and numbers, as gained."""
        # planned anew each time: only with its times at hand does the planner leave out the days that have none of them
        return _gained(self._connection.execute(query, given, prepare=False).fetchall())


def most(posts: Amounts, rows: int, count: Callable[[Keys], Amounts]) -> Amounts:
    """The authors of at least those terms that are among the `rows` with the most, ties included; `posts` are what all
    terms gained that can be, `count` says how many authors each of some has."""
    order = np.argsort(-posts.gained, kind="stable")
    counted = count(posts.keys[order[: 2 * rows]])
    if len(order) <= 2 * rows:
        return counted
    least = np.sort(counted.gained)[-rows] if len(counted.gained) >= rows else 0
    rest = order[2 * rows :]
    more = count(posts.keys[rest[posts.gained[rest] >= least]])
    return joined([counted, more])


def _gained(rows: Sequence[tuple[int, int]]) -> Amounts:
    numbers = np.array(rows, np.int64).reshape(-1, 2)
    return Amounts(numbers[:, :1], numbers[:, 1], np.zeros(len(numbers), np.int64))


def _by_partition(stretches: list[Stretch]) -> list[tuple[str, list[datetime]]]:
    """The buckets of each partition by themselves: asked together, each would be looked for in all of them. Days come
    last, for they are asked one by one."""
    found: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for stretch in stretches:
        for start in stretch.starts():
            found[stretch.bucket, f"{start:%Y-%m}" if stretch.bucket == DAY else f"{start:%Y-%m-%d}"].append(start)
    return [(bucket, starts) for (bucket, _), starts in sorted(found.items(), key=lambda each: each[0][0] == DAY)]


def _named(query: LiteralString, bucket: str, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(query).format(table=sql.Identifier(f"author_{bucket}"), bucket=sql.Identifier(bucket), **parts)
