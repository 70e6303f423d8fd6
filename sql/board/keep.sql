-- A board as it stood at the end of an hour.
insert into board_hour (hour, kind, metric, time_window, keys, rkeys, gained, lost)
values (%(hour)s, %(kind)s, %(metric)s, %(time_window)s, %(keys)s, %(rkeys)s, %(gained)s, %(lost)s)
on conflict (kind, metric, time_window, hour) do update
set
  keys = excluded.keys,
  rkeys = excluded.rkeys,
  gained = excluded.gained,
  lost = excluded.lost
