-- What a board covers, as it stands now or (with `at`) as it stood at the end of an hour.
select begins, ends, as_of
from board
where
  kind = %(kind)s
  and metric = %(metric)s
  and time_window = %(time_window)s
  and %(at)s::timestamptz is null
union all
select
  hour + interval '1 hour' - %(length)s::interval,
  hour + interval '1 hour',
  hour + interval '1 hour'
from board_hour
where
  kind = %(kind)s
  and metric = %(metric)s
  and time_window = %(time_window)s
  and hour = %(at)s::timestamptz - interval '1 hour'
