"""What the database says: its rows as plain values, with names and times in place of ids.

It owns every query of the audit. It does not know what the rows should be. An id without a name reads as '?id',
which equals no name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, LiteralString, NamedTuple

import psycopg

from ops.audit.frames import Key
from ops.audit.syntax import Rkey

ROWS_PER_FETCH = 20_000

Row = tuple[Any, ...]


@dataclass(slots=True)
class Names:
    """What the ids of all other tables stand for."""

    accounts: dict[int, str] = field(default_factory=dict)
    rkeys: dict[int, str] = field(default_factory=dict)
    collections: dict[int, str] = field(default_factory=dict)
    metrics: dict[int, str] = field(default_factory=dict)
    dimensions: dict[int, str] = field(default_factory=dict)

    def account(self, id: int) -> str:
        """The DID of an account."""
        return self.accounts.get(id) or f"?{id}"

    def rkey(self, id: int) -> Rkey:
        """A record key: itself where it is a TID's number, else its text."""
        return id if id >= 0 else self.rkeys.get(id) or f"?{id}"

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
    languages: tuple[str, ...]


NAMES: dict[str, LiteralString] = {
    "accounts": "select id, did from account",
    "rkeys": "select id, name from rkey",
    "collections": "select id, name from collection",
    "metrics": "select id, name from metric",
    "dimensions": "select id, name from dimension",
}

STATUSES: LiteralString = """
select did, active, status, status_seq
from account
where not active or status is not null or status_seq is not null
"""

EVENTS: LiteralString = """
select
  (extract(epoch from time) * 1000000)::bigint,
  actor, rev, rkey, collection, lane, operation::text,
  subject_account, subject_rkey, quote_account, quote_rkey, reply, quote, mentions, languages
from event
"""

QUARANTINE: LiteralString = "select digest, reason, sample from quarantine"

LANES: LiteralString = "select lane, events, quarantined from lane"

# A tally in either segment is simply not folded yet, so what counts is the sum of all three.
# What a post received its author received, so every tally goes to the account.
ACCOUNTS: LiteralString = """
select (extract(epoch from minute) * 1000000)::bigint, account, metric, sum(gained)::bigint, sum(lost)::bigint
from (
  select minute, account, metric, gained, lost from account_minute
  union all
  select minute, account, metric, gained, lost from account_tally_0
  union all
  select minute, account, metric, gained, lost from account_tally_1
) as everything
group by minute, account, metric
"""

POSTS: LiteralString = """
select
  (extract(epoch from minute) * 1000000)::bigint, account, rkey, metric, sum(gained)::bigint, sum(lost)::bigint
from (
  select minute, account, rkey, metric, gained, lost from post_minute
  union all
  select minute, account, rkey, metric, gained, lost from account_tally_0 where rkey is not null
  union all
  select minute, account, rkey, metric, gained, lost from account_tally_1 where rkey is not null
) as everything
group by minute, account, rkey, metric
"""

DIMENSIONS: LiteralString = """
select (extract(epoch from minute) * 1000000)::bigint, dimension, key, sum(gained)::bigint, sum(lost)::bigint
from (
  select minute, dimension, key, gained, lost from dimension_minute
  union all
  select minute, dimension, key, gained, lost from dimension_tally_0
  union all
  select minute, dimension, key, gained, lost from dimension_tally_1
) as everything
group by minute, dimension, key
"""

NETWORK: LiteralString = """
select (extract(epoch from minute) * 1000000)::bigint, collection, operation::text, sum(events)::bigint, 0::bigint
from (
  select minute, collection, operation, events from network_minute
  union all
  select minute, collection, operation, events from network_tally_0
  union all
  select minute, collection, operation, events from network_tally_1
) as everything
group by minute, collection, operation
"""


def rows(connection: psycopg.Connection, query: LiteralString) -> Iterator[Row]:
    """The rows of a query, fetched as they are needed; only within a transaction."""
    with connection.cursor(name="audit") as cursor:
        cursor.itersize = ROWS_PER_FETCH
        cursor.execute(query)
        yield from cursor


def names(connection: psycopg.Connection) -> Names:
    """Every name there is."""
    return Names(**{what: dict(rows(connection, query)) for what, query in NAMES.items()})


def log(connection: psycopg.Connection, names: Names) -> Iterator[LogRow]:
    """The event log, in no order."""
    for row in rows(connection, EVENTS):
        time, actor, rev, rkey, collection, lane, operation, *made = row
        account, post, quote_account, quote_post, reply, quote, mentions, languages = made
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
            tuple(sorted(languages or ())),
        )


def accounts(connection: psycopg.Connection, names: Names) -> Iterator[tuple[Row, int, int]]:
    """Gained and lost of each (minute, account, metric)."""
    for minute, account, metric, gained, lost in rows(connection, ACCOUNTS):
        yield ((minute, names.account(account), names.metrics.get(metric) or f"?{metric}"), gained, lost)


def posts(connection: psycopg.Connection, names: Names) -> Iterator[tuple[Row, int, int]]:
    """Gained and lost of each (minute, account, record key, metric)."""
    for minute, account, rkey, metric, gained, lost in rows(connection, POSTS):
        name = names.metrics.get(metric) or f"?{metric}"
        yield (minute, names.account(account), names.rkey(rkey), name), gained, lost


def dimensions(connection: psycopg.Connection, names: Names) -> Iterator[tuple[Row, int, int]]:
    """Gained and lost of each (minute, dimension, key)."""
    for minute, dimension, key, gained, lost in rows(connection, DIMENSIONS):
        yield ((minute, names.dimensions.get(dimension) or f"?{dimension}", key), gained, lost)


def network(connection: psycopg.Connection, names: Names) -> Iterator[tuple[Row, int, int]]:
    """Events of each (minute, collection, operation); the network loses nothing."""
    for minute, collection, operation, events, lost in rows(connection, NETWORK):
        yield ((minute, names.collections.get(collection) or f"?{collection}", operation), events, lost)
