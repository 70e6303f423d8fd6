-- A page of a board of accounts, as it stands now or (with `at`) as it stood. Who is not shown any more leaves it at once,
-- though it was made before. What is not on the board kept for one window earlier is null there. `pattern` keeps those
-- whose names are like it, with the ranks they have.
-- Each row says what the board covers and how many it has; where the page has none, there is one without an account.
with kept as (
  select *
  from board_at('accounts', %(metric)s, %(time_window)s, %(length)s, %(at)s, %(count)s)
),
listed as (
  select true as now, each.key, each.gained, each.lost, each.position
  from kept
  cross join unnest(keys, gained, lost) with ordinality as each (key, gained, lost, position)
  union all
  -- of the hour that ended last when the window before this one ended; ranks close up there as they do here
  select false, each.key, each.gained, each.lost, each.position
  from kept
  cross join board_at(
    'accounts', %(metric)s, %(time_window)s, %(length)s, date_trunc('hour', kept.begins, 'UTC'), %(count)s
  ) as before
  cross join unnest(before.keys, before.gained, before.lost) with ordinality as each (key, gained, lost, position)
),
-- who is not shown is looked up in an index of few; names only where they are wanted
shown as materialized (
  select
    now,
    key,
    gained,
    lost,
    row_number() over (partition by now order by position) as rank
  from listed
  where not exists (select from account where account.id = listed.key and not account.shown)
),
-- as arrays, in which a hundred are found sooner than by any plan for rows that nobody can count beforehand
earlier as materialized (
  select
    array_agg(key order by rank) as keys,
    array_agg(gained - lost order by rank) as values
  from shown
  where not now
),
asked as (
  select *
  from shown
  where
    now
    and (
      %(pattern)s::text is null
      or exists (
        select from account
        where
          account.id = shown.key
          and concat_ws(' ', did, nullif(handle, 'handle.invalid'), display_name) ilike %(pattern)s
      )
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
    gained - lost as value,
    gained,
    lost,
    array_position(earlier.keys, key) as previous_rank,
    earlier.values[array_position(earlier.keys, key)] as previous_value
  from listed_here
  join account on account.id = listed_here.key
  cross join earlier
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
