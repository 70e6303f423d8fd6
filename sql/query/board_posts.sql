-- A page of a board of posts, of all or of those in one language; see board_accounts. A deleted post leaves it at once.
with kept as (
  select *
  from board_at('posts', %(metric)s, %(time_window)s, %(length)s, %(at)s, %(count)s)
),
listed as (
  select each.*
  from kept
  cross join unnest(keys, rkeys, gained, lost) with ordinality as each (key, rkey, gained, lost, position)
),
earlier as (
  select each.key, each.rkey, row_number() over (order by each.position) as position
  from kept
  cross join board_at(
    'posts', %(metric)s, %(time_window)s, %(length)s, date_trunc('hour', kept.begins, 'UTC'), %(count)s
  ) as before
  cross join unnest(before.keys, before.rkeys) with ordinality as each (key, rkey, position)
  where
    not exists (select from account where account.id = each.key and not account.shown)
    and not post_is_gone(each.key, each.rkey)
    and post_is_in(each.key, each.rkey, %(language)s)
),
shown as (
  select
    listed.*,
    row_number() over (order by listed.position) as rank
  from listed
  where
    not exists (select from account where account.id = listed.key and not account.shown)
    and not post_is_gone(listed.key, listed.rkey)
    and post_is_in(listed.key, listed.rkey, %(language)s)
),
listed_here as (
  select *
  from shown
  order by rank
  offset %(offset)s
  limit %(limit)s
),
page as (
  select
    rank,
    did,
    nullif(handle, 'handle.invalid') as handle,
    key as account,
    rkey as number,
    rkey.name as rkey,
    gained - lost as value,
    gained,
    lost,
    earlier.position as previous_rank
  from listed_here
  join account on account.id = listed_here.key
  left join rkey on rkey.id = listed_here.rkey
  left join earlier using (key, rkey)
)
select
  kept.begins,
  kept.ends,
  kept.as_of,
  (select count(*) from shown) as total,
  page.*
from kept
left join page on true
order by rank
