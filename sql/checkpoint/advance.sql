-- Compare-and-set of a worker's lanes, in the transaction of its rows: one row back for each lane, or another run owns
-- them. Returns the segment that tallies go to now.
update lane
set
  batch = lane.batch + 1,
  -- a host may reorder at its cut-over from replay to live: cursors never go back. From 1e15 on they are times, below
  -- seqs; the two are not compared
  cursor = case
    when (lane.cursor < 1000000000000000) is distinct from (%(cursor)s < 1000000000000000) then %(cursor)s
    else greatest(lane.cursor, %(cursor)s)
  end,
  stream_time = greatest(lane.stream_time, %(stream_time)s),
  -- may go back: when a host falls behind with what it delivers, another one has more to repeat
  content_time = coalesce(%(content_time)s, lane.content_time),
  events = lane.events + given.events,
  duplicates = lane.duplicates + given.duplicates,
  quarantined = lane.quarantined + given.quarantined
from unnest(%(lanes)s::smallint[], %(events)s::int[], %(duplicates)s::int[], %(quarantined)s::int[])
  as given (lane, events, duplicates, quarantined)
where
  lane.lane = given.lane
  and lane.epoch = %(epoch)s
  and lane.batch = %(batch)s
returning (select segment from fold)
