-- Boards counted from the log that are about to be replaced: they are kept for a while, as somebody may be paging.
update {table}
set replaced_at = now()
where
  time_window = %(time_window)s
  and replaced_at is null
