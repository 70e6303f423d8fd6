-- The last question whether two hosts join, what its workers saw, and when the first event was counted that could be
-- recognised.
select
  overlap.epoch,
  overlap.host,
  overlap.frontier,
  overlap.begins,
  overlap.ends,
  overlap.rewind_s,
  overlap.unknown_before,
  overlap.outcome,
  seen.known,
  seen.unknown,
  seen.earliest,
  seen.passed,
  (select min(minute) from network_minute) as first_minute
from overlap
cross join lateral (
  select
    coalesce(sum(known), 0)::bigint as known,
    coalesce(sum(unknown), 0)::bigint as unknown,
    min(earliest) as earliest,
    count(*) filter (where passed) as passed
  from overlap_seen
  where overlap_seen.epoch = overlap.epoch
) as seen
order by overlap.epoch desc
limit 1
