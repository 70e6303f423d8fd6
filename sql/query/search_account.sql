select did, nullif(handle, 'handle.invalid') as handle, display_name, avatar, followers as followers_count
from account
where id = %(id)s and shown
