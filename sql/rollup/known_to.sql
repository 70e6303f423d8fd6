-- Up to which minute's beginning every lane had come by the watermark: whatever was delivered before it is in the event log,
-- and its tallies in the rollups or in what is folded now. Null while a lane has no position yet, and while it is not proven
-- that two hosts join: what lies between may yet be read from farther back.
select
  case
    when count(stream_time) < count(*) then null
    when exists (
      select from overlap
      where
        epoch = (select max(epoch) from epoch)
        and (outcome is null or outcome = 'deeper')
    ) then null
    else date_trunc('minute', least(min(stream_time), %(watermark)s::timestamptz), 'UTC')
  end
from lane
