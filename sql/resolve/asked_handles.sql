-- Handles that readers asked for, those who wait the longest first.
select handle
from cache.asked_handle
order by asked_at, handle
limit %(handles)s
