-- The right to make an entry, for a while; no row where somebody else has it, or has stored another one since it was looked
-- at (take.sql).
with expired as (
  delete from cache.entry
  where
    expires_at < now()
    and value is null
    and key <> %(key)s
)
insert into cache.entry as entry (key, leased_until, expires_at)
values (%(key)s, now() + %(lease)s::interval, now() + %(lease)s::interval)
on conflict (key) do update
set leased_until = excluded.leased_until
where entry.leased_until < now() and entry.stored_at = %(stored_at)s
returning leased_until
