-- Events by collection and operation in the spans given (see points.sql), of the 100 collections with most: anybody can
-- make one up.
with found as (
  select collection, operation, sum(events)::bigint as events
  from (
    select collection, operation, events
    from unnest(%(day_begins)s::timestamptz[], %(day_ends)s::timestamptz[]) as span (begins, ends)
    join network_day on day >= begins and day < ends
    union all
    select collection, operation, events
    from unnest(%(hour_begins)s::timestamptz[], %(hour_ends)s::timestamptz[]) as span (begins, ends)
    join network_hour on hour >= begins and hour < ends
    union all
    select collection, operation, events
    from unnest(%(minute_begins)s::timestamptz[], %(minute_ends)s::timestamptz[]) as span (begins, ends)
    join network_minute on minute >= begins and minute < ends
  ) as everything
  group by collection, operation
),
most as (
  select collection
  from found
  group by collection
  order by sum(events) desc
  limit 100
)
select
  collection.name as collection,
  operation,
  events
from found
join most using (collection)
join collection on collection.id = found.collection
order by collection.name, operation
