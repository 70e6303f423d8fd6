-- Who has a handle; of several that claim it the one that was seen to have it, then the latest.
select did, handle, display_name, avatar, followers as followers_count
from account
where lower(handle) = %(handle)s and handle <> 'handle.invalid' and shown
order by resolved_at desc nulls last, handle_time desc nulls last, id
limit 1
