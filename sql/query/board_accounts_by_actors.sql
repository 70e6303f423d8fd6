-- A page of a board of accounts by how many different accounts did it; see board_accounts. `at` is when it ended, or null.
with kept as (
  select keys, actors, begins, ends
  from board_by_actors
  where
    kind = 'accounts'
    and metric = %(metric)s
    and time_window = %(time_window)s
    and (%(at)s::timestamptz is null or ends = %(at)s::timestamptz)
),
listed as (
  select each.key, each.actors, each.position
  from kept
  cross join unnest(keys, kept.actors) with ordinality as each (key, actors, position)
),
shown as (
  select
    row_number() over (order by position) as rank,
    account.did,
    nullif(account.handle, 'handle.invalid') as handle,
    account.display_name,
    account.avatar,
    listed.actors
  from listed
  join account on account.id = listed.key and account.shown
),
asked as (
  select *
  from shown
  where %(pattern)s::text is null or concat_ws(' ', did, handle, display_name) ilike %(pattern)s
),
page as (
  select
    rank,
    did,
    handle,
    display_name,
    avatar,
    asked.actors as value,
    asked.actors as gained,
    0::bigint as lost,
    null::bigint as previous_rank,
    null::bigint as previous_value
  from asked
  order by rank
  offset %(offset)s
  limit %(limit)s
)
select
  kept.begins,
  kept.ends,
  kept.ends as as_of,
  (select count(*) from asked) as total,
  page.*
from kept
left join page on true
order by rank
