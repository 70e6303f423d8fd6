-- Posts that feeds take, and how many each took by the hour. What has been deleted by a later rev is not taken.
with given as (
  select
    feed,
    timestamptz 'epoch' + time_us * interval '1 microsecond' as time,
    account,
    rkey,
    rev,
    worth
  from unnest(
    %(feeds)s::smallint[], %(times_us)s::bigint[], %(accounts)s::bigint[], %(rkeys)s::bigint[], %(revs)s::bigint[],
    %(worths)s::real[]
  ) as given (feed, time_us, account, rkey, rev, worth)
),
-- of two creates of one post in a batch the later
latest as (
  select distinct on (rkey, account, feed) *
  from given
  order by rkey, account, feed, rev desc
),
taken as (
  insert into feed_entry as kept (feed, time, account, rkey, rev, worth)
  select feed, time, account, rkey, rev, worth
  from latest
  where not exists (
    select
    from deleted_post
    where deleted_post.account = latest.account and deleted_post.rkey = latest.rkey and deleted_post.rev > latest.rev
  )
  on conflict (rkey, account, feed) do update
  set rev = excluded.rev, worth = excluded.worth
  where excluded.rev > kept.rev
  -- a row that was there has been locked
  returning feed, time, xmax = 0 as new
),
counted as (
  insert into feed_hour as kept (feed, hour, lane, gained, lost)
  select feed, date_trunc('hour', time, 'UTC') as hour, %(lane)s::smallint, count(*), 0
  from taken
  where new
  group by feed, hour
  on conflict (feed, hour, lane) do update
  set gained = kept.gained + excluded.gained
)
select count(*)
from taken
where new
