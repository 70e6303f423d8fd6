-- Forgets boards that are not among these any more.
delete from board
where (kind, metric, time_window) not in (
  select kind, metric, time_window
  from unnest(%(kinds)s::text[], %(metrics)s::text[], %(time_windows)s::text[]) as made (kind, metric, time_window)
)
