-- Other caches have been told, which no other process has to do again.
update cache.entry
set
  value = '',
  expires_at = now() + %(kept)s::interval
where key = %(key)s
