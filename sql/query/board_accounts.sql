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
  where not exists (select from account where account.id = each.key and not account.shown)
),
-- who is not shown is looked up in an index of few; names only where they are wanted
shown as (
  select
    listed.*,
    row_number() over (order by listed.position) as rank
  from listed
  where not exists (select from account where account.id = listed.key and not account.shown)
),
asked as (
  select *
  from shown
  where
    %(pattern)s::text is null
    or exists (
      select from account
      where
        account.id = shown.key
        and concat_ws(' ', did, nullif(handle, 'handle.invalid'), display_name) ilike %(pattern)s
    )
),
listed_here as (
  select *
  from asked
  order by rank
  offset %(offset)s
  limit %(limit)s
),
page as (
  select
    rank,
    did,
    nullif(handle, 'handle.invalid') as handle,
    display_name,
    avatar,
    listed_here.gained - listed_here.lost as value,
    gained,
    lost,
    earlier.position as previous_rank,
    earlier.value as previous_value
  from listed_here
  join account on account.id = listed_here.key
  left join earlier on earlier.key = listed_here.key
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
