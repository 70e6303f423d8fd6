-- What there is under a key, null once it has expired, and when it was stored.
select
  case when expires_at > now() then value end,
  stored_at
from cache.entry
where key = %(key)s
