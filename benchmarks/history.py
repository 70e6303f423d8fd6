"""A history for boards: rollups as months of a network would have left them, made without its events.

Who gains follows a power law, so few keys hold much of every bucket. It writes rollup rows and names, and nothing that
the collector would not have written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

from benchmarks.bare import Bare
from collector.columns import Ints, Layout
from collector.rollups import DAY, HOUR, MINUTE, ROLLUPS, Rollup, sum_up
from collector.rows import POSTGRES_EPOCH_US, SIGNATURE, TRAILER
from collector.windows import LENGTH, floor

EXPONENT = 0.9
POSTS_EACH = 30
TERMS = 200_000
_METRICS = np.array([14, 15, 12, 13, 16, 17, 1])
_SHARES = np.array([0.62, 0.08, 0.07, 0.02, 0.02, 0.09, 0.10])
_ON_POSTS = 12, 15  # metrics from one to the other are received by posts too
_TERM_SHARE = 0.12
_BITS = 21  # of a rank, three of which fit into a number
_ACCOUNT = Layout(5, [("at", "i8"), ("account", "i8"), ("metric", "i2"), ("gained", "i4"), ("lost", "i4")])
_POST = Layout(
    6, [("at", "i8"), ("account", "i8"), ("rkey", "i8"), ("metric", "i2"), ("gained", "i4"), ("lost", "i4")]
)
_TERM = Layout(5, [("at", "i8"), ("term", "i8"), ("gained", "i4"), ("lost", "i4"), ("dimension", "i2")])
_AUTHOR = Layout(3, [("at", "i8"), ("term", "i8"), ("author", "i8")])
_COLUMNS = {
    "account": ("account", "metric", "gained", "lost"), "post": ("account", "rkey", "metric", "gained", "lost"),
    "term": ("term", "gained", "lost", "dimension"), "author": ("term", "author"),
}  # fmt: skip


class Counted(NamedTuple):
    """What keys gained and lost; the ranks of a key packed into one number."""

    keys: Ints
    gained: Ints
    lost: Ints


class History:
    """Rollup rows of so many accounts."""

    def __init__(self, connection: psycopg.Connection, accounts: int, seed: int) -> None:
        self._connection = connection
        self._bare = Bare(connection)
        self._bare_until: datetime | None = None
        self._random = np.random.default_rng(seed)
        self._ids = self._numbers(accounts)
        self._terms = self._numbers(TERMS) >> 3 << 3 | self._random.integers(1, 6, TERMS)
        self._ranks = np.cumsum(np.arange(1, accounts + 1) ** -EXPONENT)
        self._term_ranks = np.cumsum(np.arange(1, TERMS + 1) ** -EXPONENT)
        self._days: dict[datetime, list[dict[str, Counted]]] = {}

    def events_of(self, accounts: float) -> int:
        """How many events so many different accounts have together in one bucket, on the average."""
        shares = np.diff(self._ranks, prepend=0.0) / self._ranks[-1]
        low, high = accounts, 1000.0 * accounts
        while high - low > 1:
            middle = (low + high) / 2
            found = -np.expm1(-middle * shares).sum()
            low, high = (middle, high) if found < accounts else (low, middle)
        return int(high)

    def write_names(self) -> None:
        """The accounts and the terms."""
        with self._connection.cursor().copy("copy account (id, did) from stdin") as copy:
            for number in self._ids.tolist():
                copy.write_row((number, f"did:plc:{number & (1 << 64) - 1:024x}"))
        with self._connection.cursor().copy("copy term (id, name) from stdin") as copy:
            for number in self._terms.tolist():
                copy.write_row((number, f"{number & (1 << 64) - 1:x}"))

    def fill(self, begin: datetime, until: datetime) -> None:
        """From now on hours of days from `begin` to `until`, and all days, go into bare partitions until `settle`."""
        self._bare_until = until
        for number in range((until - begin).days):
            for rollup in _COLUMNS:
                self._bare.table(rollup, DAY, begin + number * LENGTH[DAY])

    def settle(self) -> None:
        """What was filled is in its place."""
        self._bare.attach(DAY)
        self._bare_until = None

    def write(self, bucket: str, begin: datetime, events: int) -> int:
        """What so many events leave in one bucket; the number of accounts in it."""
        made = self._made(events)
        self._days.setdefault(floor(begin, DAY), []).append(made)
        self._write(bucket, begin, made, events)
        return len(np.unique(made["account"].keys >> _BITS))

    def write_day(self, begin: datetime) -> None:
        """What all that was written of a day adds up to."""
        parts = self._days.pop(begin)
        together = {name: _together([part[name] for part in parts]) for name in parts[0]}
        self._write(DAY, begin, together, int(together["account"].gained.sum()))
        self._bare.attach(HOUR)

    def sum_up(self, bucket: str, begin: datetime) -> None:
        """Sum up an hour or a day as the roller does."""
        for rollup in ROLLUPS:
            self._connection.execute(sum_up(rollup, bucket), {"begin": begin, "end": begin + LENGTH[bucket]})

    def _write(self, bucket: str, begin: datetime, made: dict[str, Counted], events: int) -> None:
        packed = self._packed(int(begin.timestamp()) * 1_000_000 - POSTGRES_EPOCH_US, made)
        for rollup in ROLLUPS:
            if rollup.name in packed:
                columns = sql.SQL(", ").join(map(sql.Identifier, (bucket, *_COLUMNS[rollup.name])))
                table = self._table(rollup, bucket, begin)
                query = sql.SQL("copy {} ({}) from stdin (format binary)").format(table, columns)
                with self._connection.cursor().copy(query) as copy:
                    copy.write(SIGNATURE + packed[rollup.name].tobytes() + TRAILER)
        for kept in {bucket, MINUTE} if bucket != DAY else {DAY}:
            query = sql.SQL("insert into {} ({}, collection, operation, events) values (%s, 1, 'c', %s)").format(
                sql.Identifier(f"network_{kept}"), sql.Identifier(kept)
            )
            self._connection.execute(query, (begin, events))

    def _table(self, rollup: Rollup, bucket: str, begin: datetime) -> sql.Identifier:
        if self._bare_until and (bucket == DAY or (bucket == HOUR and begin < self._bare_until)):
            return self._bare.table(rollup.name, bucket, begin)
        return rollup.table(bucket)

    def _made(self, events: int) -> dict[str, Counted]:
        """What so many events count, by rollup."""
        accounts = self._drawn(self._ranks, events)
        metrics = self._random.choice(len(_METRICS), events, p=_SHARES)
        posts = np.minimum(self._random.geometric(0.2, events) - 1, POSTS_EACH - 1)
        on_posts = (_METRICS[metrics] >= _ON_POSTS[0]) & (_METRICS[metrics] <= _ON_POSTS[1])
        wrote = self._random.random(events) < _TERM_SHARE
        terms = self._drawn(self._term_ranks, int(wrote.sum()))
        return {
            "account": self._counted(accounts, metrics),
            "post": self._counted(accounts[on_posts], metrics[on_posts], posts[on_posts]),
            "term": self._counted(terms),
            "author": self._counted(terms, accounts[wrote]),
        }

    def _packed(self, at: int, made: dict[str, Counted]) -> dict[str, npt.NDArray[np.void]]:
        """Rows of one bucket, ready for COPY."""
        ids, terms = self._ids, self._terms
        account, metric = _unpacked(made["account"].keys, 2)
        post_account, post_metric, post = _unpacked(made["post"].keys, 3)
        (term,) = _unpacked(made["term"].keys, 1)
        author_term, author = _unpacked(made["author"].keys, 2)
        return {
            "account": _ACCOUNT.pack(
                len(account), at=at, account=ids[account], metric=_METRICS[metric], **_amounts(made["account"])
            ),
            "post": _POST.pack(
                len(post), at=at, account=ids[post_account], rkey=post + 1, metric=_METRICS[post_metric],
                **_amounts(made["post"]),
            ),
            "term": _TERM.pack(
                len(term), at=at, term=terms[term], dimension=terms[term] & 7, **_amounts(made["term"])
            ),
            "author": _AUTHOR.pack(len(author), at=at, term=terms[author_term], author=ids[author]),
        }  # fmt: skip

    def _counted(self, *ranks: Ints) -> Counted:
        """Equal rows once, with their number; few of them are lost again."""
        packed = np.zeros(len(ranks[0]), np.int64)
        for column in ranks:
            packed = packed << _BITS | column
        keys, gained = np.unique(packed, return_counts=True)
        return Counted(keys, gained, self._random.binomial(gained, 0.03))

    def _drawn(self, ranks: npt.NDArray[np.float64], count: int) -> Ints:
        found: Ints = np.searchsorted(ranks, self._random.random(count) * ranks[-1]).astype(np.int64)
        return found

    def _numbers(self, count: int) -> Ints:
        """As many different ones, in no order: an account's id says nothing of its rank."""
        numbers: Ints = np.unique(self._random.integers(-(1 << 62), 1 << 62, count + 1000))
        self._random.shuffle(numbers)
        found: Ints = numbers[:count]
        return found


def hours(end: datetime, days: int) -> Iterator[datetime]:
    """When the hours of so many days before `end` begin."""
    for number in range(days * 24, 0, -1):
        yield end - number * timedelta(hours=1)


def _unpacked(keys: Ints, ranks: int) -> list[Ints]:
    places = range(ranks - 1, -1, -1)
    return [keys >> place * _BITS & (1 << _BITS) - 1 for place in places]


def _together(parts: list[Counted]) -> Counted:
    keys, which = np.unique(np.concatenate([part.keys for part in parts]), return_inverse=True)
    gained, lost = (
        np.bincount(which, np.concatenate(column), len(keys)).astype(np.int64)
        for column in ([part.gained for part in parts], [part.lost for part in parts])
    )
    return Counted(keys, gained, lost)


def _amounts(counted: Counted) -> dict[str, Ints]:
    return {"gained": counted.gained, "lost": counted.lost}
