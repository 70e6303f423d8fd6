-- What posts say that no feed needs any more, each for so many days: of a stretch of texts from a place on. Returns the place
-- where it ends; no row where there are none behind. What a worker is just changing is left for the next time.
with looked_at as (
  select rkey, account
  from feed_text
  where (rkey, account) > (%(rkey)s, %(account)s)
  order by rkey, account
  limit %(rows)s
),
gone as (
  delete from feed_text
  where ctid = any (array(
    select kept.ctid
    from looked_at
    join feed_text as kept using (rkey, account)
    where not exists (
      select
      from feed_entry as entry
      join unnest(%(feeds)s::smallint[], %(begins)s::timestamptz[]) as needs (feed, begins) on needs.feed = entry.feed
      where entry.rkey = kept.rkey and entry.account = kept.account and entry.time >= needs.begins
    )
    for update of kept skip locked
  ))
)
select rkey, account
from looked_at
order by rkey desc, account desc
limit 1
