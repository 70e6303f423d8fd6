-- Which of these minutes nothing was ever added to. A tally's minute has one of the network, in this segment or before, and those
-- minutes no purge and no retention takes. Only what a repost is of may be decided a segment earlier, where it was committed
-- between the turn and the decision; it has a total, which nothing takes either.
select asked.minute
from unnest(%(minutes)s::timestamptz[]) as asked (minute)
where
  not exists (select from network_minute where network_minute.minute = asked.minute)
  and not exists (select from total_minute where total_minute.minute = asked.minute)
