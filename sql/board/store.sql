-- A board as it stands now. The one before it is kept for a while: somebody may be paging through it.
with forgotten as (
  delete from board_replaced
  where
    kind = %(kind)s
    and metric = %(metric)s
    and time_window = %(time_window)s
    and replaced_at < now() - %(paged)s::interval
),
replaced as (
  insert into board_replaced (kind, metric, time_window, as_of, begins, ends, keys, rkeys, gained, lost)
  select kind, metric, time_window, as_of, begins, ends, keys, rkeys, gained, lost
  from board
  where
    kind = %(kind)s
    and metric = %(metric)s
    and time_window = %(time_window)s
    and as_of <> %(as_of)s
  on conflict (kind, metric, time_window, as_of) do nothing
)
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
