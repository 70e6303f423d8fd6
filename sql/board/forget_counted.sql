-- Those that nobody pages through any more, and those of the same end that are made once more.
delete from {table}
where
  time_window = %(time_window)s
  and (ends = %(ends)s or replaced_at < now() - %(paged)s::interval)
