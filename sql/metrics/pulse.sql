-- How many events were accepted ever, up to where everything is counted, and what was created since a time by collection.
select
  (select sum(events)::bigint from lane) as events,
  watermark,
  (
    select coalesce(jsonb_object_agg(name, created), '{}')
    from (
      select collection.name, sum(network_minute.events) as created
      from network_minute
      join collection on collection.id = network_minute.collection
      where minute >= %(since)s and operation = 'c'
      group by collection.name
      order by created desc, name
      limit 6
    ) as most
  ) as created
from fold
