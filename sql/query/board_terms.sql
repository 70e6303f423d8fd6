-- A page of a board of hashtags, links, domains, emoji or languages; see board_accounts. What it is worth by the other
-- measure is null where that board does not list it.
with kept as (
  select *
  from board_at(%(kind)s, %(metric)s, %(time_window)s, %(length)s, %(at)s, 'records')
),
-- without a TOAST of theirs, or each look at them would read them whole
earlier as materialized (
  select before.keys || '{}'::bigint[] as keys
  from kept
  left join board_at(
    %(kind)s, %(metric)s, %(time_window)s, %(length)s, date_trunc('hour', kept.begins, 'UTC'), 'records'
  ) as before on true
),
other as materialized (
  select
    twin.keys || '{}'::bigint[] as keys,
    twin.gained || '{}'::bigint[] as gained,
    twin.lost || '{}'::bigint[] as lost
  from kept
  left join board_at(%(kind)s, %(other)s, %(time_window)s, %(length)s, %(at)s, 'records') as twin
    on twin.as_of = kept.as_of
),
listed_here as (
  select each.key, each.gained, each.lost, each.rank
  from kept
  cross join unnest(keys, gained, lost) with ordinality as each (key, gained, lost, rank)
  order by each.rank
  offset %(offset)s
  limit %(limit)s
),
page as (
  select
    rank,
    term.id as term,
    term.name as key,
    listed_here.gained - listed_here.lost as value,
    other.gained[place] - other.lost[place] as other_value,
    array_position(earlier.keys, listed_here.key) as previous_rank
  from listed_here
  join term on term.id = listed_here.key
  cross join earlier
  cross join other
  cross join lateral array_position(other.keys, listed_here.key) as place
)
select
  kept.begins,
  kept.ends,
  kept.as_of,
  cardinality(kept.keys) as total,
  page.*
from kept
left join page on true
order by rank
