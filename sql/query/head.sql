-- What every answer depends on: as of when the numbers are, what is summed up, and how far back each bucket is kept.
with kept as (
  select
    inhparent::regclass::text as parent,
    min(to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD'))::timestamp at time zone 'UTC' as begins
  from pg_inherits
  where inhparent in ('account_minute'::regclass, 'account_hour'::regclass, 'event'::regclass)
  group by inhparent
)
select
  (select salt from network) as salt,
  (select name from network) as network,
  now() as now,
  watermark,
  (select min(minute) from network_minute) as first,
  hours_to,
  days_to,
  (select begins from kept where parent = 'account_minute') as minutes_from,
  (select begins from kept where parent = 'account_hour') as hours_from,
  greatest((select begins from kept where parent = 'event'), log_from::timestamp at time zone 'UTC') as log_from
from fold
