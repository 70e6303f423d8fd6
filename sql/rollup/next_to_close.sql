-- The oldest hour and the oldest day with anything in them that are not summed up yet, and up to where hours are. A day
-- that a purge is taking hours out of has to wait for it.
select
  (
    select date_trunc('hour', min(minute), 'UTC')
    from network_minute
    where minute >= coalesce(hours_to, '-infinity')
  ) as hour,
  (
    select date_trunc('day', min(hour), 'UTC')
    from network_hour
    where
      hour >= coalesce(days_to, '-infinity')
      and not exists (
        select
        from purge
        where done_at is null
      )
  ) as day,
  hours_to
from fold
