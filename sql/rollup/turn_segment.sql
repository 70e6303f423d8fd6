-- Workers write to the other segment from now on. Run under the exclusive fold lock, so no worker is in a transaction:
-- everything the lanes say is durable is in one of the two segments or in the rollups.
update fold
set
  segment = 1 - segment,
  -- a lane without a position yet holds the watermark back
  watermark_next = (
    select case when count(stream_time) = count(*) then min(stream_time) end
    from lane
  )
returning segment, watermark_next
