-- How far each lane is, for the resume point.
select lane, host, cursor, stream_time, content_time
from lane
order by lane
