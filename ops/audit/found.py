"""What the database says: its rows as plain values, with names and times in place of ids.

It owns what the ids stand for. It does not know what the rows should be. An id without a name reads as '?id',
which equals no name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import sql

from ops.audit import queries
from ops.audit.boards import Kept
from ops.audit.content import POST
from ops.audit.experience import Rules
from ops.audit.frames import MINUTE_US, Key
from ops.audit.report import moment
from ops.audit.reposts import Post
from ops.audit.syntax import Rkey, tid_text
from ops.audit.terms import Term

ROWS_PER_FETCH = 20_000
_CLASSES = (
    "post", "post_with_media", "post_with_alt", "like", "repost_of_text", "repost_of_media", "repost_of_alt",
    "repost_of_unknown",
)  # fmt: skip

Row = tuple[Any, ...]


@dataclass(slots=True)
class Names:
    """What the ids of all other tables stand for."""

    accounts: dict[int, str] = field(default_factory=dict)
    rkeys: dict[int, str] = field(default_factory=dict)
    collections: dict[int, str] = field(default_factory=dict)
    metrics: dict[int, str] = field(default_factory=dict)
    dimensions: dict[int, str] = field(default_factory=dict)
    terms: dict[int, Term] = field(default_factory=dict)

    def account(self, id: int) -> str:
        """The DID of an account."""
        return self.accounts.get(id) or f"?{id}"

    def rkey(self, id: int) -> Rkey:
        """A record key: itself where it is a TID's number, else its text."""
        return id if id >= 0 else self.rkeys.get(id) or f"?{id}"

    def term(self, id: int) -> Term:
        """A term; without a name it stands in a dimension that is none, as any text may be a key."""
        return self.terms.get(id) or ("?", f"?{id}")

    def subject(self, account: int | None, rkey: int | None) -> tuple[str, Rkey | None] | None:
        """An account, or a post of it."""
        if account is None and rkey is None:
            return None
        did = "?null" if account is None else self.account(account)
        return did, None if rkey is None else self.rkey(rkey)


class LogRow(NamedTuple):
    """One row of the event log."""

    key: Key
    time_us: int
    operation: str
    lane: int
    subject: tuple[str, Rkey | None] | None
    reply: bool
    quote: bool
    quoted: tuple[str, Rkey | None] | None
    mentions: tuple[str, ...]
    terms: tuple[Term, ...]
    media: int | None


def rows(
    connection: psycopg.Connection, query: LiteralString | sql.Composed, given: Mapping[str, object] | None = None
) -> Iterator[Row]:
    """The rows of a query, fetched as they are needed; only within a transaction."""
    with connection.cursor(name="audit") as cursor:
        cursor.itersize = ROWS_PER_FETCH
        cursor.execute(query, given)
        yield from cursor


class Bucket(NamedTuple):
    """Minutes, hours or days, as far as they are kept: those before a time, in microseconds (None: all)."""

    name: str
    microseconds: int
    before_us: int | None = None

    def rows(self, connection: psycopg.Connection, query: LiteralString, rollup: str) -> Iterator[Row]:
        """The rows of one rollup's query."""
        before = "infinity" if self.before_us is None else moment(self.before_us)
        yield from rows(connection, queries.of_bucket(query, rollup, self.name), {"before": before})


def buckets(connection: psycopg.Connection) -> list[Bucket]:
    """What there is to be compared."""
    [(hours_to, days_to)] = rows(connection, queries.SUMMED_UP)
    return [Bucket("minute", MINUTE_US), Bucket("hour", 60 * MINUTE_US, hours_to or 0),
            Bucket("day", 1440 * MINUTE_US, days_to or 0)]  # fmt: skip


def names(connection: psycopg.Connection) -> Names:
    """Every name there is."""
    terms: dict[int, Term] = {id: (dimension, key) for id, dimension, key in rows(connection, queries.TERM_NAMES)}
    named: dict[str, dict[int, str]] = {what: dict(rows(connection, query)) for what, query in queries.NAMES.items()}
    return Names(terms=terms, **named)


def log(connection: psycopg.Connection, names: Names) -> Iterator[LogRow]:
    """The event log, in no order."""
    for row in rows(connection, queries.EVENTS):
        time, actor, rev, rkey, collection, lane, operation, *made = row
        account, post, quote_account, quote_post, reply, quote, mentions, terms, media = made
        name = names.collections.get(collection) or f"?{collection}"
        yield LogRow(
            # of identity and account events the record key is the upstream seq once more
            (names.account(actor), rev, name, None if operation == "e" and rkey == rev else names.rkey(rkey)),
            time,
            operation,
            lane,
            names.subject(account, post),
            bool(reply),
            bool(quote),
            names.subject(quote_account, quote_post),
            tuple(sorted(names.account(mentioned) for mentioned in mentions or ())),
            tuple(sorted(names.term(term) for term in terms or ())),
            media,
        )


def undecided(connection: psycopg.Connection, names: Names) -> Iterator[tuple[int, str, Post, int, int]]:
    """Reposts whose kind is open: minute, account, the post, gained and lost."""
    for minute, account, author, rkey, gained, lost in rows(connection, queries.UNDECIDED):
        yield minute, names.account(account), (names.account(author), names.rkey(rkey)), gained, lost


def rulesets(connection: psycopg.Connection) -> Iterator[Rules]:
    """Every ruleset there is."""
    for name, returns, *points in rows(connection, queries.RULESETS):
        yield Rules(name, dict(zip(_CLASSES, points, strict=True)), returns)


def experiences(connection: psycopg.Connection, names: Names) -> Iterator[tuple[str, str, int]]:
    """Ruleset, account, and what it has earned."""
    for ruleset, account, experience in rows(connection, queries.EXPERIENCES):
        yield ruleset, names.account(account), experience


def accounts(connection: psycopg.Connection, names: Names, bucket: Bucket) -> Iterator[tuple[Row, int, int]]:
    """Gained and lost of each (time, account, metric)."""
    for minute, account, metric, gained, lost in bucket.rows(connection, queries.ACCOUNTS, "account"):
        yield ((minute, names.account(account), names.metrics.get(metric) or f"?{metric}"), gained, lost)


def totals(connection: psycopg.Connection, names: Names, bucket: Bucket) -> Iterator[tuple[Row, int, int]]:
    """Gained and lost of each (time, metric), by everybody together."""
    for minute, metric, gained, lost in bucket.rows(connection, queries.TOTALS, "total"):
        yield (minute, names.metrics.get(metric) or f"?{metric}"), gained, lost


def posts(connection: psycopg.Connection, names: Names, bucket: Bucket) -> Iterator[tuple[Row, int, int]]:
    """Gained and lost of each (time, account, record key, metric)."""
    for minute, account, rkey, metric, gained, lost in bucket.rows(connection, queries.POSTS, "post"):
        name = names.metrics.get(metric) or f"?{metric}"
        yield (minute, names.account(account), names.rkey(rkey), name), gained, lost


def terms(connection: psycopg.Connection, names: Names, bucket: Bucket) -> Iterator[tuple[Row, int, int]]:
    """Gained and lost of each (time, dimension, key); a row in another dimension than its term's equals none."""
    for minute, term, dimension, gained, lost in bucket.rows(connection, queries.TERMS, "term"):
        own, key = names.term(term)
        name = names.dimensions.get(dimension) or f"?{dimension}"
        yield (minute, own if own == name else f"{own} as {name}", key), gained, lost


def authors(connection: psycopg.Connection, names: Names, bucket: Bucket) -> Iterator[Row]:
    """Each (time, dimension, key, account) of who wrote what a term gained."""
    for minute, term, author in bucket.rows(connection, queries.AUTHORS, "author"):
        yield minute, *names.term(term), names.account(author)


def boards(connection: psycopg.Connection, names: Names) -> Iterator[Kept]:
    """The boards that are up to date."""
    for kind, metric, window, as_of_us, keys, rkeys, gained, lost in rows(connection, queries.BOARDS):
        if kind == "posts":
            posts = zip(keys, rkeys, strict=True)
            named = [f"at://{names.account(did)}/{POST}/{tid_text(names.rkey(rkey))}" for did, rkey in posts]
        else:
            named = [names.account(key) if kind == "accounts" else names.term(key)[1] for key in keys]
        yield Kept(kind, metric, window, as_of_us, list(zip(named, gained, lost, strict=True)))


def network(connection: psycopg.Connection, names: Names, bucket: Bucket) -> Iterator[tuple[Row, int, int]]:
    """Events of each (time, collection, operation); the network loses nothing."""
    for minute, collection, operation, events, lost in bucket.rows(connection, queries.NETWORK, "network"):
        yield ((minute, names.collections.get(collection) or f"?{collection}", operation), events, lost)
