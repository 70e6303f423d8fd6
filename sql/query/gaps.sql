-- Intervals upstream did not deliver, newest first.
select from_time, to_time, host, reason
from gap
order by to_time desc, from_time desc
limit 1000
