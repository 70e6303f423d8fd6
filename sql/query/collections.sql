-- Events by collection and operation in a length of time that ends with the watermark, most events first; in every row how
-- many collections there are, because anybody may make one up and the list ends somewhere.
select
  collection.name as collection,
  coalesce(sum(events) filter (where operation = 'c'), 0)::bigint as created,
  coalesce(sum(events) filter (where operation = 'u'), 0)::bigint as updated,
  coalesce(sum(events) filter (where operation = 'd'), 0)::bigint as deleted,
  sum(events)::bigint as total,
  count(*) over () as collections,
  sum(sum(events)) over ()::bigint as events
from network_minute
join collection on collection.id = network_minute.collection
where network_minute.minute > (select coalesce(watermark, now()) - %(length)s::interval from fold)
group by collection.name
order by total desc, collection.name
limit %(limit)s
