insert into network_minute as t (minute, collection, operation, events)
select minute, collection, operation, sum(events)
from {network_tally}
group by minute, collection, operation
order by minute, collection, operation
on conflict (minute, collection, operation) do update
set events = t.events + excluded.events
