-- The newest posts of the scored feeds, and what each has received as far as it is folded: every day that is summed up, the
-- hours since, the minutes since. Read once for all feeds.
with candidate as materialized (
  select feed.number as feed, entry.account, entry.rkey, entry.time, entry.worth
  from unnest(%(feeds)s::smallint[], %(begins)s::timestamptz[]) as feed (number, begins)
  cross join lateral (
    select account, rkey, time, worth
    from feed_entry
    where feed_entry.feed = feed.number and feed_entry.time >= feed.begins
    order by time desc, rkey desc, account desc
    limit %(rows)s
  ) as entry
),
post as materialized (
  select distinct account, rkey
  from candidate
),
received as (
  select post.account, post.rkey, kept.gained - kept.lost as net
  from post
  join post_day as kept using (account, rkey)
  where kept.metric between 12 and 15
  union all
  select post.account, post.rkey, kept.gained - kept.lost
  from post
  join post_hour as kept using (account, rkey)
  where kept.metric between 12 and 15 and kept.hour >= (select coalesce(days_to, '-infinity') from fold)
  union all
  select post.account, post.rkey, kept.gained - kept.lost
  from post_minute as kept
  join post using (account, rkey)
  where kept.metric between 12 and 15 and kept.minute >= (select coalesce(hours_to, '-infinity') from fold)
),
summed as (
  select account, rkey, greatest(sum(net), 0)::bigint as received
  from received
  group by account, rkey
)
select
  feed,
  account,
  rkey,
  extract(epoch from (select watermark from fold) - time)::float8 / 86400 as age_days,
  worth,
  coalesce(received, 0) as received
from candidate
left join summed using (account, rkey)
