-- A page of a feed by a board of the network: its posts among those that the board lists, as the board stands or stood.
select
  did,
  nullif(account.handle, 'handle.invalid') as handle,
  coalesce(rkey.name, '') as name,
  each.rkey as number,
  each.account,
  each.position,
  (extract(epoch from as_of) * 1000000)::bigint as time_us
from board_at('posts', %(metric)s, %(time_window)s, %(length)s, %(made_at)s, 'records')
cross join unnest(keys, rkeys) with ordinality as each (account, rkey, position)
join account on account.id = each.account and account.shown
join feed_entry as entry on entry.rkey = each.rkey and entry.account = each.account and entry.feed = %(feed)s
left join rkey on rkey.id = each.rkey
where each.position > %(position)s
order by each.position
limit %(limit)s
