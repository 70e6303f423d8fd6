-- A page of a board of accounts, as it stands now or (with `at`) as it stood at the end of an hour. Who is not shown any
-- more leaves it at once, though it was made before. What is not on the board kept for one window earlier is null there.
-- Each row says what the board covers and how many it has; where the page has none, there is one without an account.
with kept as (
  select keys, gained, lost, begins, ends, as_of
  from board
  where
    kind = 'accounts'
    and metric = %(metric)s
    and time_window = %(time_window)s
    and %(at)s::timestamptz is null
  union all
  select
    keys,
    gained,
    lost,
    hour + interval '1 hour' - %(length)s::interval,
    hour + interval '1 hour',
    hour + interval '1 hour'
  from board_hour
  where
    kind = 'accounts'
    and metric = %(metric)s
    and time_window = %(time_window)s
    and hour = %(at)s::timestamptz - interval '1 hour'
),
listed as (
  select each.key, each.gained, each.lost, each.position
  from kept
  cross join unnest(keys, gained, lost) with ordinality as each (key, gained, lost, position)
),
-- of the hour that ended last when the window before this one ended
earlier as (
  select each.key, each.gained - each.lost as value, each.position
  from kept
  join board_hour as before
    on before.kind = 'accounts'
    and before.metric = %(metric)s
    and before.time_window = %(time_window)s
    and before.hour = date_trunc('hour', kept.begins, 'UTC') - interval '1 hour'
  cross join unnest(before.keys, before.gained, before.lost) with ordinality as each (key, gained, lost, position)
),
shown as (
  select
    listed.*,
    account.did,
    account.handle,
    account.display_name,
    row_number() over (order by listed.position) as rank
  from listed
  join account on account.id = listed.key and account.shown
),
page as (
  select
    rank,
    did,
    handle,
    display_name,
    shown.gained - shown.lost as value,
    gained,
    lost,
    earlier.position as previous_rank,
    earlier.value as previous_value
  from shown
  left join earlier using (key)
  order by rank
  offset %(offset)s
  limit %(limit)s
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
