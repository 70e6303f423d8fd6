-- Changes that every cache has followed long since.
with posts as (
  delete from deleted_lately
  where at < now() - %(age)s::interval
)
delete from shown_change
where at < now() - %(age)s::interval
