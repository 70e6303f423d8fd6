-- What the boards of a window cover, and whether the event log has all of that: what it had before its first day, which
-- retention or a disk budget has dropped, is in no count of it. Nothing where there are no boards.
with log as (
  -- a day before the budget's may be there again, with what came for it too late
  select
    greatest(min(to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD')), (select log_from from fold))::timestamp
      at time zone 'UTC' as begins
  from pg_inherits
  where inhparent = 'event'::regclass
)
select
  min(board.begins),
  max(ends),
  coalesce(greatest(min(board.begins), (select min(minute) from network_minute)) >= (select begins from log), false)
from board
where time_window = %(time_window)s
having count(*) > 0
