-- A page of a board of hashtags, links, domains, emoji or languages; see board_accounts. What it is worth by the other
-- measure is null where that board does not list it.
with kept as (
  select *
  from board_at(%(kind)s, %(metric)s, %(time_window)s, %(length)s, %(at)s, 'records')
),
listed as (
  select each.key, each.gained, each.lost, each.rank
  from kept
  cross join unnest(keys, gained, lost) with ordinality as each (key, gained, lost, rank)
),
earlier as (
  select each.key, each.position
  from kept
  cross join board_at(
    %(kind)s, %(metric)s, %(time_window)s, %(length)s, date_trunc('hour', kept.begins, 'UTC'), 'records'
  ) as before
  cross join unnest(before.keys) with ordinality as each (key, position)
),
other as (
  select each.key, each.gained - each.lost as value
  from kept
  cross join board_at(%(kind)s, %(other)s, %(time_window)s, %(length)s, %(at)s, 'records') as twin
  cross join unnest(twin.keys, twin.gained, twin.lost) as each (key, gained, lost)
  where twin.as_of = kept.as_of
),
page as (
  select
    rank,
    term.id as term,
    term.name as key,
    listed.gained - listed.lost as value,
    other.value as other_value,
    earlier.position as previous_rank
  from listed
  join term on term.id = listed.key
  left join earlier on earlier.key = listed.key
  left join other on other.key = listed.key
  order by rank
  offset %(offset)s
  limit %(limit)s
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
