-- What an account gained and lost by one metric, by the hour: closed hours, and from their minutes those that are not
-- summed up yet. Hours without anything are not there.
with open_hours as (
  select
    coalesce(hours_to, (select min(minute) from network_minute)) as begins,
    watermark
  from fold
)
select hour, gained, lost
from account_hour
where
  account = %(account)s
  and metric = %(metric)s
  and hour >= %(from)s
  and hour < %(to)s
union all
-- minute by minute: by its key a minute is found, an hour would be read whole
select date_trunc('hour', minute, 'UTC'), sum(gained)::integer, sum(lost)::integer
from open_hours
cross join generate_series(
  date_trunc('minute', greatest(begins, %(from)s)),
  least(watermark, %(to)s::timestamptz - interval '1 minute'),
  interval '1 minute'
) as each (start)
join account_minute
  on account_minute.minute = each.start
  and account_minute.account = %(account)s
  and account_minute.metric = %(metric)s
group by 1
order by 1
