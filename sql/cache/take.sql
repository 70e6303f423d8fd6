select value
from cache.entry
where key = %(key)s and expires_at > now()
