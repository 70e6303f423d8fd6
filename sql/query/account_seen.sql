-- When an account first and last did something: the beginning of the day, hour or minute, as fine as that is kept.
with made as (
  select array(
    select id
    from metric
    where name in ('posts', 'replies', 'quotes', 'likes', 'reposts', 'follows')
  ) as metrics
),
days as (
  select min(day) as first, max(day) as last
  from account_day
  cross join made
  where account = %(account)s and metric = any (metrics)
),
hours as (
  select min(hour) as first, max(hour) as last
  from account_hour
  cross join made
  where account = %(account)s and metric = any (metrics)
),
open_minutes as (
  select min(minute) as first, max(minute) as last
  from account_minute
  cross join made
  where
    account = %(account)s
    and metric = any (metrics)
    and minute = any (array(  -- one by one, or PostgreSQL 15 reads a short day whole
      select generate_series(
        coalesce(hours_to, (select min(minute) from network_minute)), watermark, interval '1 minute'
      )
      from fold
    ))
)
select
  -- an hour of the first day says more than the day
  case
    when hours.first >= days.first + interval '1 day' then days.first
    else coalesce(hours.first, days.first, open_minutes.first)
  end as first,
  coalesce(open_minutes.last, greatest(hours.last, days.last)) as last
from days, hours, open_minutes
