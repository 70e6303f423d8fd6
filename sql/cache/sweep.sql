-- The entries stored the longest ago, as far as all together are too large. What somebody is writing or sweeping just now
-- is left to them.
delete from cache.entry
where key in (
  select key
  from cache.entry
  where key in (
    select key
    from (
      select key, sum(pg_column_size(value)) over (order by stored_at desc, key) as bytes
      from cache.entry
      where value is not null
    ) as newer
    where bytes > %(bytes_max)s
  )
  for update skip locked
)
