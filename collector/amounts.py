"""Amounts by key, read from the rollups: the numbers that boards are made of, as numpy arrays.

It owns how they are asked for. A key is one or two numbers; all that is read comes as arrays in binary, because rows
one by one would cost more than the sums. It does not know which keys or buckets matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString, NamedTuple

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

from collector.arrays import column_of, fetched, take_columns
from collector.columns import Ints
from collector.lookups import by_index
from collector.measures import Measure, Source
from collector.windows import Stretch

Keys = npt.NDArray[np.int64]
"""Of keys a row each: an account, a post's author and record key, a term."""

HEAVY_MIN = 2
"""Rows that gained less are not in the indexes by what was gained (sql/migrations/0005_boards.sql)."""


class Amounts(NamedTuple):
    """What keys gained and lost."""

    keys: Keys
    gained: Ints
    lost: Ints


class Reader:
    """Reads amounts on one session."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        take_columns(connection)

    def each(self, source: Source, of: Iterable[int], stretch: Stretch) -> dict[int, Amounts]:
        """The amounts of one bucket by what tells measures apart, `of` what is wanted of that."""
        query = """
            select {by}::bigint as by, {keys}, array_agg(gained::bigint), array_agg(lost::bigint)
            from {table}
            where {bucket} >= %(begin)s and {bucket} < %(end)s and {by} = any (%(of)s)
            group by by
        """
        given = {"begin": stretch.begin, "end": stretch.end, "of": list(of)}
        rows = fetched(self._connection, _named(query, source, stretch.bucket, keys=_arrays(source)), given)
        return {int.from_bytes(by or b"", "big"): _amounts(columns) for by, *columns in rows}

    def sums(self, measure: Measure, stretches: Iterable[Stretch]) -> Amounts:
        """Every key's sum over all of these buckets."""
        query = """
            select {keys}, array_agg(gained), array_agg(lost)
            from (
              select {key}, sum(gained)::bigint as gained, sum(lost)::bigint as lost
              from ({each}) as each
              group by {key}
            ) as summed
        """
        each, given = _rows(measure, stretches)
        if not given:
            return no_amounts(measure.source)
        composed = sql.SQL(query).format(keys=_arrays(measure.source), key=_key(measure.source.key), each=each)
        (columns,) = fetched(self._connection, composed, given)
        return _amounts(columns)

    def of(self, measure: Measure, stretches: Iterable[Stretch], keys: Keys) -> Amounts:
        """The sums of these keys over all of these buckets, by index; of those that have any. Of keys of two numbers
        the first ones will do: then of all that begin with them.

        With `offset 0` key after key is looked up. Else one bucket that statistics do not know yet is read first, as if
        it had one row, and all keys are looked through for each of its rows.
        """
        query = """
            select {keys}, array_agg(gained), array_agg(lost)
            from (
              select {key}, sum(gained)::bigint as gained, sum(lost)::bigint as lost
              from unnest({wanted}) as wanted ({names})
              cross join lateral ({each} offset 0) as each
              group by {key}
            ) as summed
        """
        names = measure.source.key[: keys.shape[1]]
        each, given = _rows(measure, stretches, names)
        if not given or not len(keys):
            return no_amounts(measure.source)
        wanted = _comma([sql.SQL("{}::bigint[]").format(sql.Placeholder(f"wanted_{name}")) for name in names])
        composed = sql.SQL(query).format(
            keys=_arrays(measure.source), key=_key(measure.source.key), wanted=wanted, names=_key(names), each=each
        )
        for at, name in enumerate(names):
            given[f"wanted_{name}"] = keys[:, at]
        with by_index(self._connection):
            (columns,) = fetched(self._connection, composed, given)
        return _amounts(columns)

    def heavy(self, measure: Measure, stretch: Stretch, at_least: int) -> Keys:
        """The keys that gained so much, `HEAVY_MIN` or more, by one metric in one of these buckets; by index."""
        query = """
            select {keys}
            from (
              select distinct {key}
              from {table}
              where {by} = any (%(of)s) and {bucket} = any (%(starts)s) and gained >= {at_least}
            ) as heavy
        """
        assert at_least >= HEAVY_MIN
        composed = _named(
            query, measure.source, stretch.bucket, keys=_arrays(measure.source), key=_key(measure.source.key),
            at_least=sql.Literal(at_least),
        )  # fmt: skip
        with by_index(self._connection):
            (columns,) = fetched(self._connection, composed, {"of": list(measure.of), "starts": stretch.starts()})
        return _keys(columns)

    def gainers(self, source: Source, of: Iterable[int], stretch: Stretch) -> Keys:
        """The keys that gained anything of this in these buckets; some of them several times."""
        query = """
            select {keys}
            from {table}
            where {bucket} >= %(begin)s and {bucket} < %(end)s and {by} = any (%(of)s) and gained > 0
        """
        given = {"begin": stretch.begin, "end": stretch.end, "of": list(of)}
        (columns,) = fetched(self._connection, _named(query, source, stretch.bucket, keys=_arrays(source)), given)
        return _keys(columns)


def weighed(measure: Measure, found: Mapping[int, Amounts]) -> Amounts:
    """What each metric came to, one after the other, in points of the measure; a key may be there several times."""
    parts = [no_amounts(measure.source)]
    for by, points in zip(measure.of, measure.points, strict=True):
        if by in found:
            keys, gained, lost = found[by]
            parts.append(Amounts(keys, gained * points, lost * (0 if measure.keeps else points)))
    return joined(parts)


def no_amounts(source: Source) -> Amounts:
    """Of no key."""
    return Amounts(np.empty((0, len(source.key)), np.int64), np.empty(0, np.int64), np.empty(0, np.int64))


def joined(parts: Sequence[Amounts]) -> Amounts:
    """One after the other, what each has; at least one part."""
    if len(parts) == 1:
        return parts[0]
    return Amounts(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _rows(
    measure: Measure, stretches: Iterable[Stretch], wanted: Sequence[str] = ()
) -> tuple[sql.Composed, dict[str, Any]]:
    """The rows of a measure in these buckets, and what is given to the query: of all keys, or of those that are
    `wanted` by these numbers, which are left out then."""
    query = """
        select {key}, {gained} as gained, {lost} as lost
        from {table} as t
        where {by} in ({of}) and {bucket} >= {begin} and {bucket} < {end} {only}
    """
    source, parts = measure.source, []
    given: dict[str, Any] = {}
    same = [sql.SQL("and t.{name} = wanted.{name}").format(name=sql.Identifier(name)) for name in wanted]
    others = [name for name in source.key if name not in wanted]
    for at, stretch in enumerate(stretches):
        given |= {f"begin_{at}": stretch.begin, f"end_{at}": stretch.end}
        parts.append(_named(
            query, source, stretch.bucket, key=_key(others) if others else sql.SQL("null"),
            of=_comma([sql.Literal(value) for value in measure.of]), only=sql.SQL(" ").join(same),
            begin=sql.Placeholder(f"begin_{at}"), end=sql.Placeholder(f"end_{at}"), gained=_weighed(measure, "gained"),
            lost=sql.SQL("0::bigint") if measure.keeps else _weighed(measure, "lost"),
        ))  # fmt: skip
    return sql.SQL(" union all ").join(parts), given


def _weighed(measure: Measure, amount: str) -> sql.Composable:
    """An amount of a row in points."""
    column = sql.Identifier(amount)
    if not measure.points:
        return column
    each = [
        sql.SQL("when {} then {}").format(sql.Literal(by), sql.Literal(points))
        for by, points in zip(measure.of, measure.points, strict=True)
    ]
    query = sql.SQL("{column}::bigint * case {by} {each} end")
    return query.format(column=column, by=sql.Identifier(measure.source.by), each=sql.SQL(" ").join(each))


def _named(query: LiteralString, source: Source, bucket: str, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(query).format(
        table=source.rollup.table(bucket), bucket=sql.Identifier(bucket), by=sql.Identifier(source.by), **parts
    )


def _key(names: Iterable[str]) -> sql.Composable:
    return _comma([sql.Identifier(name) for name in names])


def _arrays(source: Source) -> sql.Composable:
    return _comma([sql.SQL("array_agg({})").format(sql.Identifier(name)) for name in source.key])


def _comma(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)


def _amounts(columns: Sequence[bytes | None]) -> Amounts:
    *keys, gained, lost = columns
    return Amounts(_keys(keys), column_of(gained), column_of(lost))


def _keys(columns: Sequence[bytes | None]) -> Keys:
    return np.stack([column_of(column) for column in columns], axis=1)
