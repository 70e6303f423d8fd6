-- Counts from the beginning of a bucket on, as ticks.sql has them, and the place they go up to: what rollups hold, in the spans
-- given, and batches that are not folded yet.
with found as (
  select collection as key, operation, events as n
  from unnest(%(day_begins)s::timestamptz[], %(day_ends)s::timestamptz[]) as span (begins, ends)
  join network_day on day >= begins and day < ends
  where %(of)s in ('collection', 'operation')
  union all
  select collection, operation, events
  from unnest(%(hour_begins)s::timestamptz[], %(hour_ends)s::timestamptz[]) as span (begins, ends)
  join network_hour on hour >= begins and hour < ends
  where %(of)s in ('collection', 'operation')
  union all
  select collection, operation, events
  from unnest(%(minute_begins)s::timestamptz[], %(minute_ends)s::timestamptz[]) as span (begins, ends)
  join network_minute on minute >= begins and minute < ends
  where %(of)s in ('collection', 'operation')
  union all
  select term, each.operation, each.n
  from (
    select term, gained, lost
    from unnest(%(day_begins)s::timestamptz[], %(day_ends)s::timestamptz[]) as span (begins, ends)
    join term_day on dimension = %(dimension)s and day >= begins and day < ends
    union all
    select term, gained, lost
    from unnest(%(hour_begins)s::timestamptz[], %(hour_ends)s::timestamptz[]) as span (begins, ends)
    join term_hour on dimension = %(dimension)s and hour >= begins and hour < ends
    union all
    select term, gained, lost
    from unnest(%(minute_begins)s::timestamptz[], %(minute_ends)s::timestamptz[]) as span (begins, ends)
    join term_minute on dimension = %(dimension)s and minute >= begins and minute < ends
  ) as terms
  cross join lateral (values ('c'::"char", gained), ('d'::"char", lost)) as each (operation, n)
  union all
  select each.key, each.operation, each.amount
  from tick
  cross join fold
  cross join lateral unnest(kinds, operations, keys, amounts) as each (kind, operation, key, amount)
  where
    not pg_visible_in_snapshot(xid, folded[tick.segment + 1])
    and minute >= %(begin)s
    and case
      when %(of)s in ('collection', 'operation') then each.kind = 'c'
      else each.kind = 't' and each.key & 7 = %(dimension)s
    end
),
summed as (
  select key, operation, sum(n)::bigint as n
  from found
  group by key, operation
  having sum(n) <> 0
)
select
  pg_current_snapshot()::text as place,
  (
    select coalesce(json_agg(json_build_array(%(of)s::text, operation, coalesce(collection.name, term.name), n)), '[]')
    from summed
    left join collection on %(of)s in ('collection', 'operation') and collection.id = key
    left join term on %(of)s not in ('collection', 'operation') and term.id = key
  ) as counts
