-- A page of a board of posts by how many different accounts did it; see board_posts. `at` is when it ended, or null.
with kept as (
  select keys, rkeys, actors, begins, ends
  from board_by_actors
  where
    kind = 'posts'
    and metric = %(metric)s
    and time_window = %(time_window)s
    and (%(at)s::timestamptz is null or ends = %(at)s::timestamptz)
),
listed as (
  select each.*
  from kept
  cross join unnest(keys, rkeys, kept.actors) with ordinality as each (key, rkey, actors, position)
),
shown as (
  select
    listed.*,
    account.did,
    nullif(account.handle, 'handle.invalid') as handle,
    row_number() over (order by position) as rank
  from listed
  join account on account.id = listed.key and account.shown
  where not exists (
    select
    from deleted_post
    where deleted_post.account = listed.key and deleted_post.rkey = listed.rkey
  )
),
page as (
  select
    rank,
    did,
    handle,
    key as account,
    rkey as number,
    rkey.name as rkey,
    actors as value,
    actors as gained,
    0::bigint as lost,
    null::bigint as previous_rank
  from shown
  left join rkey on rkey.id = shown.rkey
  order by rank
  offset %(offset)s
  limit %(limit)s
)
select
  kept.begins,
  kept.ends,
  kept.ends as as_of,
  (select count(*) from shown) as total,
  page.*
from kept
left join page on true
order by rank
