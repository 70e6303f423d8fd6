-- A page of a board of accounts, as it stands now or (with `at`) as it stood. Who is not shown any more leaves it at once,
-- though it was made before. What is not on the board kept for one window earlier is null there. `pattern` keeps those
-- whose names are like it, with the ranks they have.
-- Each row says what the board covers and how many it has; where the page has none, there is one without an account.
with kept as (
  select *
  from board_at('accounts', %(metric)s, %(time_window)s, %(length)s, %(at)s, %(count)s)
),
listed as (
  select each.key, each.gained, each.lost, each.position
  from kept
  cross join unnest(keys, gained, lost) with ordinality as each (key, gained, lost, position)
),
-- of the hour that ended last when the window before this one ended; ranks close up there as they do here
earlier as (
  select each.key, each.gained - each.lost as value, row_number() over (order by each.position) as position
  from kept
  cross join board_at(
    'accounts', %(metric)s, %(time_window)s, %(length)s, date_trunc('hour', kept.begins, 'UTC'), %(count)s
  ) as before
  cross join unnest(before.keys, before.gained, before.lost) with ordinality as each (key, gained, lost, position)
  join account on account.id = each.key and account.shown
),
shown as (
  select
    listed.*,
    account.did,
    nullif(account.handle, 'handle.invalid') as handle,
    account.display_name,
    account.avatar,
    row_number() over (order by listed.position) as rank
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
    asked.gained - asked.lost as value,
    gained,
    lost,
    earlier.position as previous_rank,
    earlier.value as previous_value
  from asked
  left join earlier using (key)
  order by rank
  offset %(offset)s
  limit %(limit)s
)
select
  kept.begins,
  kept.ends,
  kept.as_of,
  (select count(*) from asked) as total,
  page.*
from kept
left join page on true
order by rank
