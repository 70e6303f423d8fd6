"""What the audit asks a database: every query, each for the rows of one thing.

It owns where tallies that wait belong. It does not know what the ids in the rows stand for.
"""

from __future__ import annotations

from typing import LiteralString

NAMES: dict[str, LiteralString] = {
    "accounts": "select id, did from account",
    "rkeys": "select id, name from rkey",
    "collections": "select id, name from collection",
    "metrics": "select id, name from metric",
    "dimensions": "select id, name from dimension",
}

TERM_NAMES: LiteralString = """
select term.id, dimension.name, term.name
from term join dimension on dimension.id = term.dimension
"""

STATUSES: LiteralString = """
select did, active, status, status_seq
from account
where not active or status is not null or status_seq is not null
"""

EVENTS: LiteralString = """
select
  (extract(epoch from time) * 1000000)::bigint,
  actor, rev, rkey, collection, lane, operation::text,
  subject_account, subject_rkey, quote_account, quote_rkey, reply, quote, mentions, terms
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

# With the dimension of the row itself: it is there twice, and must be that of its term.
TERMS: LiteralString = """
select (extract(epoch from minute) * 1000000)::bigint, term, dimension, sum(gained)::bigint, sum(lost)::bigint
from (
  select minute, term, dimension, gained, lost from term_minute
  union all
  select minute, term, dimension, gained, lost from term_tally_0
  union all
  select minute, term, dimension, gained, lost from term_tally_1
) as everything
group by minute, term, dimension
"""

# Whoever only lost something wrote nothing in that minute. One who stands in several tables is one.
AUTHORS: LiteralString = """
select (extract(epoch from minute) * 1000000)::bigint, term, author
from (
  select minute, term, author from author_minute
  union
  select minute, term, author from term_tally_0 where gained > 0
  union
  select minute, term, author from term_tally_1 where gained > 0
) as everything
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
