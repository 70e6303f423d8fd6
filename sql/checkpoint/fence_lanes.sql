-- Hand every lane to the new run. On another host the old cursor means nothing: the lane begins at the resume point;
-- and so where a host is read again from farther back, for what it delivered after a hole proves nothing.
update lane
set
  epoch = %(epoch)s,
  batch = 0,
  cursor = case when host = %(host)s and not %(again)s then cursor else %(resume_cursor)s end,
  host = %(host)s
