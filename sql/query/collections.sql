-- Events by collection and operation in the minutes from %(since)s on.
select collection.name as collection, network_minute.operation::text as operation, sum(network_minute.events)::bigint as events
from network_minute
join collection on collection.id = network_minute.collection
where network_minute.minute > %(since)s
group by 1, 2
