-- A page of a feed by its score, of its latest ranking or of the one that somebody is paging through, from a place in it on.
-- What has left the feed since, or is not shown any more, is left out and moves nothing else.
with ranking as (
  select made_at, accounts, rkeys
  from feed_ranking
  where feed = %(feed)s and (%(made_at)s::timestamptz is null or made_at = %(made_at)s)
  order by made_at desc
  limit 1
)
select
  did,
  nullif(account.handle, 'handle.invalid') as handle,
  coalesce(rkey.name, '') as name,
  each.rkey as number,
  each.account,
  each.position,
  (extract(epoch from made_at) * 1000000)::bigint as time_us
from ranking
cross join unnest(accounts, rkeys) with ordinality as each (account, rkey, position)
join account on account.id = each.account and account.shown
left join rkey on rkey.id = each.rkey
where
  each.position > %(position)s
  and exists (
    select
    from feed_entry as entry
    where entry.rkey = each.rkey and entry.account = each.account and entry.feed = %(feed)s
  )
order by each.position
limit %(limit)s
