-- Posts on top of a board whose text nobody has asked for, or not for a while: those nearest the top first, then those of
-- short windows, which change most. One that was ever deleted stays without, though it was made again.
with listed as (
  select distinct on (each.key, each.rkey)
    each.key as account,
    each.rkey,
    each.position,
    board.ends - board.begins as length
  from board
  cross join unnest(keys[:%(rows)s], rkeys[:%(rows)s]) with ordinality as each (key, rkey, position)
  where kind = 'posts'
  order by each.key, each.rkey, each.position, length
)
select listed.account, listed.rkey as number, account.did, rkey.name as rkey
from listed
join account on account.id = listed.account
left join rkey on rkey.id = listed.rkey
left join post_text as kept on kept.account = listed.account and kept.rkey = listed.rkey
where
  account.shown
  and (kept.asked_at is null or kept.asked_at < now() - %(age)s::interval)
  and not exists (
    select
    from deleted_post
    where deleted_post.account = listed.account and deleted_post.rkey = listed.rkey
  )
  -- what is no AT-URI by its specification, or longer than any we know, would have the whole question refused
  and (listed.rkey >= 0 or (rkey.name ~ '^[a-zA-Z0-9._:~-]+$' and rkey.name not in ('.', '..')))
  and octet_length(account.did) + coalesce(octet_length(rkey.name), 0) <= 300
order by listed.position, listed.length, listed.account, listed.rkey
limit %(posts)s
