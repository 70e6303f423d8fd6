"""What the audit asks a database: every query, each for the rows of one thing.

It owns where tallies that wait belong. It does not know what the ids in the rows stand for.
"""

from __future__ import annotations

from typing import LiteralString

from psycopg import sql

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
  subject_account, subject_rkey, quote_account, quote_rkey, reply, quote, mentions, terms, media
from event
"""

QUARANTINE: LiteralString = "select digest, reason, sample from quarantine"

# Boards made after the last fold; what waits in a tally is in none.
BOARDS: LiteralString = """
select kind, metric, time_window, (extract(epoch from as_of) * 1000000)::bigint, keys, rkeys, gained, lost
from board
where
  folds = (select folds from fold)
  and not exists (select from network_tally_0)
  and not exists (select from network_tally_1)
"""

RULESETS: LiteralString = """
select
  name, deletes = 'return',
  post, post_with_media, post_with_alt, "like", repost_of_text, repost_of_media, repost_of_alt, repost_of_unknown
from ruleset
"""

# Every time is taken from the largest bucket that it is summed up in; a tally that waits is in none.
EXPERIENCES: LiteralString = """
with everything as (
  select account, metric, gained, lost from account_day, fold where day < days_to
  union all
  select account, metric, gained, lost
  from account_hour, fold
  where hour >= coalesce(days_to, '-infinity') and hour < hours_to
  union all
  select account, metric, gained, lost from account_minute, fold where minute >= coalesce(hours_to, '-infinity')
  union all
  select account, metric, gained, lost from account_tally_0
  union all
  select account, metric, gained, lost from account_tally_1
),
summed as (
  select account, metric, sum(gained) as gained, sum(lost) as lost
  from everything
  group by account, metric
)
select ruleset.name, account, sum(points * (gained - case when keeps then 0 else lost end))::bigint
from ruleset
cross join lateral worth_by(ruleset.name) as worth
join summed on summed.metric = worth.metric
group by ruleset.name, account
having sum(points * (gained - case when keeps then 0 else lost end)) > 0
"""

# Reposts of which it is not decided yet what they are of.
UNDECIDED: LiteralString = """
select (extract(epoch from minute) * 1000000)::bigint, account, subject_account, subject_rkey, gained, lost
from repost_tally
"""

PURGED: LiteralString = """
select did, (extract(epoch from before) * 1000000)::bigint, (extract(epoch from known_to) * 1000000)::bigint
from purge
join account on account.id = purge.account
"""

HIDDEN: LiteralString = "select did from account where hidden"

UNLISTED: LiteralString = "select did from account where unlisted"

LANES: LiteralString = "select lane, events, quarantined from lane"

# Up to where hours and days are summed up, in microseconds; nothing where none is.
SUMMED_UP: LiteralString = """
select (extract(epoch from hours_to) * 1000000)::bigint, (extract(epoch from days_to) * 1000000)::bigint from fold
"""

# Of one bucket: {table} is its rollup, {at} its column of times, {waits} when a tally belongs to it, as {unit}s.
# A tally in either segment is simply not folded yet, so what counts is the sum of all three.
# What a post received its author received, so every tally goes to the account.
ACCOUNTS: LiteralString = """
select (extract(epoch from at) * 1000000)::bigint, account, metric, sum(gained)::bigint, sum(lost)::bigint
from (
  select {at} as at, account, metric, gained, lost from {table}
  union all
  select {waits}, account, metric, gained, lost from account_tally_0 where minute < %(before)s
  union all
  select {waits}, account, metric, gained, lost from account_tally_1 where minute < %(before)s
) as everything
group by at, account, metric
"""

TOTALS: LiteralString = """
select (extract(epoch from at) * 1000000)::bigint, metric, sum(gained)::bigint, sum(lost)::bigint
from (
  select {at} as at, metric, gained, lost from {table}
  union all
  select {waits}, metric, gained, lost from account_tally_0 where minute < %(before)s
  union all
  select {waits}, metric, gained, lost from account_tally_1 where minute < %(before)s
) as everything
group by at, metric
"""

POSTS: LiteralString = """
select
  (extract(epoch from at) * 1000000)::bigint, account, rkey, metric, sum(gained)::bigint, sum(lost)::bigint
from (
  select {at} as at, account, rkey, metric, gained, lost from {table}
  union all
  select {waits}, account, rkey, metric, gained, lost from account_tally_0
  where rkey is not null and minute < %(before)s
  union all
  select {waits}, account, rkey, metric, gained, lost from account_tally_1
  where rkey is not null and minute < %(before)s
) as everything
group by at, account, rkey, metric
"""

# With the dimension of the row itself: it is there twice, and must be that of its term.
TERMS: LiteralString = """
select (extract(epoch from at) * 1000000)::bigint, term, dimension, sum(gained)::bigint, sum(lost)::bigint
from (
  select {at} as at, term, dimension, gained, lost from {table}
  union all
  select {waits}, term, dimension, gained, lost from term_tally_0 where minute < %(before)s
  union all
  select {waits}, term, dimension, gained, lost from term_tally_1 where minute < %(before)s
) as everything
group by at, term, dimension
"""

# Whoever only lost something wrote nothing in that bucket. One who stands in several tables is one.
AUTHORS: LiteralString = """
select (extract(epoch from at) * 1000000)::bigint, term, author
from (
  select {at} as at, term, author from {table}
  union
  select {waits}, term, author from term_tally_0 where gained > 0 and minute < %(before)s
  union
  select {waits}, term, author from term_tally_1 where gained > 0 and minute < %(before)s
) as everything
"""

NETWORK: LiteralString = """
select (extract(epoch from at) * 1000000)::bigint, collection, operation::text, sum(events)::bigint, 0::bigint
from (
  select {at} as at, collection, operation, events from {table}
  union all
  select {waits}, collection, operation, events from network_tally_0 where minute < %(before)s
  union all
  select {waits}, collection, operation, events from network_tally_1 where minute < %(before)s
) as everything
group by at, collection, operation
"""


def of_bucket(query: LiteralString, rollup: str, bucket: str) -> sql.Composed:
    """One of the queries above, of one rollup's minutes, hours or days."""
    waits = sql.SQL("date_trunc({unit}, minute, 'UTC')").format(unit=sql.Literal(bucket))
    table = sql.Identifier(f"{rollup}_{bucket}")
    return sql.SQL(query).format(table=table, at=sql.Identifier(bucket), waits=waits)
