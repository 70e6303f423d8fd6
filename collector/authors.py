"""Distinct authors of the posts that a term gained in some buckets: exact, by index, for the terms that matter.

Distinct authors of two buckets can not be added up; but nobody has more authors than posts, so a list by posts says
which terms have to be counted. It does not know how terms are ranked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from collector.amounts import Amounts, Keys, joined
from collector.windows import Stretch


class Authors:
    """Counts on one session."""

    def __init__(self, connection: psycopg.Connection, rows: int) -> None:
        self._connection = connection
        self._rows = rows

    def most(self, posts: Amounts, stretches: list[Stretch]) -> Amounts:
        """The authors of at least those terms that are among the `rows` with the most, ties included; `posts` are what
        all terms gained that can be."""
        order = np.argsort(-posts.gained, kind="stable")
        counted = self.of(posts.keys[order[: 2 * self._rows]], stretches)
        if len(order) <= 2 * self._rows:
            return counted
        least = np.sort(counted.gained)[-self._rows] if len(counted.gained) >= self._rows else 0
        rest = order[2 * self._rows :]
        more = self.of(posts.keys[rest[posts.gained[rest] >= least]], stretches)
        return joined([counted, more])

    def of(self, keys: Keys, stretches: list[Stretch]) -> Amounts:
        """The number of distinct authors of each of these terms, as gained; of those that have any."""
        each = """
            select author
            from {table} as t
            where t.term = wanted.term and {bucket} >= {begin} and {bucket} < {end}
        """
        query = """
            select wanted.term, counted.authors
            from unnest(%(terms)s::bigint[]) as wanted (term)
            cross join lateral (select count(distinct author) as authors from ({each}) as each) as counted
            where counted.authors > 0
        """
        given: dict[str, Any] = {"terms": keys[:, 0].tolist()}
        parts = []
        for at, stretch in enumerate(stretches):
            given |= {f"begin_{at}": stretch.begin, f"end_{at}": stretch.end}
            parts.append(sql.SQL(each).format(
                table=sql.Identifier(f"author_{stretch.bucket}"), bucket=sql.Identifier(stretch.bucket),
                begin=sql.Placeholder(f"begin_{at}"), end=sql.Placeholder(f"end_{at}"),
            ))  # fmt: skip
        composed = sql.SQL(query).format(each=sql.SQL(" union all ").join(parts))
        numbers = np.array(self._connection.execute(composed, given).fetchall(), np.int64).reshape(-1, 2)
        return Amounts(numbers[:, :1], numbers[:, 1], np.zeros(len(numbers), np.int64))
