-- Hand every lane to the new run. On another host the old cursor means nothing: the lane begins at the resume point.
update lane
set
  epoch = %(epoch)s,
  batch = 0,
  cursor = case when host = %(host)s then cursor else %(resume_cursor)s end,
  host = %(host)s
