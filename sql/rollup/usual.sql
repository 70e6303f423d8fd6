-- Events of some collections in this hour of the week, in the five weeks before, and in the 24 hours before. The hour
-- that is under way is left out: what is missing now must not be what is usual.
select
  collection.name,
  coalesce(sum(events) filter (where hour < this.begins - interval '24 hours'), 0)::bigint as in_hour,
  coalesce(sum(events) filter (where hour >= this.begins - interval '24 hours'), 0)::bigint as in_day
from (select date_trunc('hour', %(at)s::timestamptz) as begins) as this
join network_hour on
  hour >= this.begins - interval '24 hours' and hour < this.begins
  or hour in (
    this.begins - interval '168 hours', this.begins - interval '336 hours', this.begins - interval '504 hours',
    this.begins - interval '672 hours', this.begins - interval '840 hours'
  )
join collection on collection.id = network_hour.collection
where collection.name = any(%(names)s)
group by collection.name
