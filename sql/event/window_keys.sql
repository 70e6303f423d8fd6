-- Keys of these lanes accepted since the floor, in the byte form of the row packer: rev, actor, rkey, collection.
copy (
  select rev, actor, rkey, collection, time, operation
  from event
  where
    time >= coalesce(%(floor)s::timestamptz, '-infinity')
    and lane = any (%(lanes)s::smallint[])
) to stdout (format binary)
