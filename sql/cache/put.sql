-- A finished entry, unless the right to make it is another's by now. Whoever writes clears away a few that have expired.
with expired as (
  delete from cache.entry
  where key in (
    select key
    from cache.entry
    where expires_at < now()
    limit 10
    for update skip locked
  )
  and key <> %(key)s
)
insert into cache.entry as entry (key, value, leased_until, expires_at, stored_at)
values (%(key)s, %(value)s, '-infinity', %(expires_at)s, now())
on conflict (key) do update
set
  value = excluded.value,
  leased_until = excluded.leased_until,
  expires_at = excluded.expires_at,
  stored_at = excluded.stored_at
where entry.leased_until = %(lease)s
