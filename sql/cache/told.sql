-- Other caches have been told, which no other process has to do again.
update cache.entry
set
  value = '',
  expires_at = now() + %(kept)s::interval,
  stored_at = now()
where key = %(key)s
