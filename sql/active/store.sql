-- The active accounts of a window as it stands now.
insert into active (time_window, as_of, folds, begins, ends, accounts)
values (%(time_window)s, %(as_of)s, %(folds)s, %(begins)s, %(ends)s, %(accounts)s)
on conflict (time_window) do update
set
  as_of = excluded.as_of,
  folds = excluded.folds,
  begins = excluded.begins,
  ends = excluded.ends,
  accounts = excluded.accounts
