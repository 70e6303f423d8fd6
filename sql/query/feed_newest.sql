-- A page of a feed by time, from a place on: a stretch of one index, with as many looks at accounts as it has rows.
select
  did,
  nullif(account.handle, 'handle.invalid') as handle,
  coalesce(rkey.name, '') as name,
  entry.rkey as number,
  entry.account,
  (extract(epoch from entry.time) * 1000000)::bigint as time_us
from feed_entry as entry
join account on account.id = entry.account and account.shown
left join rkey on rkey.id = entry.rkey
where
  entry.feed = %(feed)s
  and (entry.time, entry.rkey, entry.account) < (%(time)s, %(rkey)s, %(account)s)
  and entry.time >= %(from)s
order by entry.time desc, entry.rkey desc, entry.account desc
limit %(limit)s
