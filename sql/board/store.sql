-- A board as it stands now.
insert into board (kind, metric, time_window, as_of, folds, begins, ends, keys, rkeys, gained, lost)
values (
  %(kind)s, %(metric)s, %(time_window)s, %(as_of)s, %(folds)s, %(begins)s, %(ends)s,
  %(keys)s, %(rkeys)s, %(gained)s, %(lost)s
)
on conflict (kind, metric, time_window) do update
set
  as_of = excluded.as_of,
  folds = excluded.folds,
  begins = excluded.begins,
  ends = excluded.ends,
  keys = excluded.keys,
  rkeys = excluded.rkeys,
  gained = excluded.gained,
  lost = excluded.lost
