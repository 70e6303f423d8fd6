-- What batches have added to counts since a place in the order of commits (a snapshot), up to now or to another such place; by
-- what is counted, operation and name. With the place that is now, how much of the write-ahead log was written by then, and
-- up to when (stream time) everything delivered is counted.
with reach as materialized (
  -- whether all of them are still there: none is forgotten that began after that place, or was under way there and has ended
  -- since. What is under way still, be it somebody else's for hours, is not forgotten
  select
    ticks_forgotten < pg_snapshot_xmax(%(after)s::pg_snapshot)
    and not exists (
      select
      from pg_snapshot_xip(%(after)s::pg_snapshot) as under_way
      where under_way <= ticks_forgotten and pg_visible_in_snapshot(under_way, pg_current_snapshot())
    ) as complete
  from fold
),
new as (
  select kind, operation, key, sum(amount)::bigint as n
  from tick
  cross join lateral unnest(kinds, operations, keys, amounts) as each (kind, operation, key, amount)
  where
    -- what is missed is of no use by halves
    (select complete from reach)
    and xid >= pg_snapshot_xmin(%(after)s::pg_snapshot)
    and not pg_visible_in_snapshot(xid, %(after)s::pg_snapshot)
    and (%(upto)s::pg_snapshot is null or pg_visible_in_snapshot(xid, %(upto)s::pg_snapshot))
  group by kind, operation, key
  having sum(amount) <> 0
),
named as (
  select 'collection' as of, operation, name, n
  from new
  join collection on collection.id = key
  where kind = 'c'
  union all
  select case kind when 'f' then 'first language' else dimension.name end, operation, term.name, n
  from new
  join term on term.id = key
  join dimension on dimension.id = dimension
  where kind in ('f', 't')
)
select
  pg_current_snapshot()::text as place,
  pg_current_wal_insert_lsn()::text as written,
  (select min(stream_time) from lane) as time,
  (select complete from reach) as complete,
  (
    select coalesce(json_agg(json_build_array(of, operation, name, n)), '[]')
    from named
  ) as counts
