-- Keys of these lanes accepted since the floor, with what the window wants to know of each.
copy (
  select rev, actor, rkey, collection, time, operation
  from event
  where
    time >= coalesce(%(floor)s::timestamptz, '-infinity')
    and lane = any (%(lanes)s::smallint[])
) to stdout (format binary)
