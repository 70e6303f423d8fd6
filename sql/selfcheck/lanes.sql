-- What the lanes say was accepted, and what the network's rollups say was, with the tallies that wait for them. Each
-- time is taken from the largest bucket that it is summed up in.
with
days as (
  select coalesce(sum(events), 0) as events
  from network_day
  cross join fold
  where day < days_to
),
hours as (
  select coalesce(sum(events), 0) as events
  from network_hour
  cross join fold
  where hour >= coalesce(days_to, '-infinity') and hour < hours_to
),
minutes as (
  select coalesce(sum(events), 0) as events
  from network_minute
  cross join fold
  where minute >= coalesce(hours_to, '-infinity')
),
waiting as (
  select coalesce(sum(events), 0) as events
  from (
    select events from network_tally_0
    union all
    select events from network_tally_1
  ) as tallies
)
select
  (select sum(events) from lane)::bigint as accepted,
  (days.events + hours.events + minutes.events + waiting.events)::bigint as counted
from days
cross join hours
cross join minutes
cross join waiting
