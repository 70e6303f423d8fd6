-- Those that nobody pages through any more, and those of the same end that are made once more.
delete from {table}
where
  replaced_at < now() - interval '15 minutes'
  or (time_window = %(time_window)s and ends = %(ends)s)
