-- Ticks that nobody goes on from any more. One that is not in the rollups yet stays: counts since a time are made of both.
with gone as (
  delete from tick
  using fold
  where
    at < clock_timestamp() - %(age)s::interval
    and pg_visible_in_snapshot(xid, folded[tick.segment + 1])
  returning xid
)
update fold
set ticks_forgotten = greatest(ticks_forgotten, (select max(xid) from gone))
where exists (select from gone)
