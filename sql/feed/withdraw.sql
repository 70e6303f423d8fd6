-- Posts that leave feeds: all of them where a post was deleted; where it was changed, those that it does not belong to any more.
with given as (
  select account, rkey, rev, kept::smallint[] as kept
  from unnest(%(accounts)s::bigint[], %(rkeys)s::bigint[], %(revs)s::bigint[], %(kept)s::text[])
    as given (account, rkey, rev, kept)
),
gone as (
  delete from feed_entry as entry
  using given
  where
    entry.rkey = given.rkey
    and entry.account = given.account
    and entry.rev < given.rev
    and entry.feed <> all (given.kept)
  returning entry.feed, entry.time
),
silent as (
  delete from feed_text
  using given
  where feed_text.rkey = given.rkey and feed_text.account = given.account and feed_text.rev < given.rev
),
counted as (
  insert into feed_hour as kept (feed, hour, lane, gained, lost)
  select feed, date_trunc('hour', time, 'UTC') as hour, %(lane)s::smallint, 0, count(*)
  from gone
  group by feed, hour
  on conflict (feed, hour, lane) do update
  set lost = kept.lost + excluded.lost
)
select count(*)
from gone
