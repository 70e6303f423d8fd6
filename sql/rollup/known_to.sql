-- Up to which minute's beginning every lane has come: whatever was delivered before it is in the event log. Null while a lane
-- has no position yet.
select case when count(stream_time) = count(*) then date_trunc('minute', min(stream_time), 'UTC') end
from lane
