-- An account by its id or by its handle; of several that claim a handle the one that was seen to have it, then the latest.
select
  id,
  did,
  nullif(handle, 'handle.invalid') as handle,
  display_name,
  avatar,
  active,
  status,
  shown,
  followers,
  followers_at
from account
where
  id = %(id)s::bigint
  or (lower(handle) = %(handle)s::text and handle <> 'handle.invalid')
order by shown desc, resolved_at desc nulls last, handle_time desc nulls last, id
limit 1
