-- Up to where everything is counted, up to where hours and days are summed up, and how often anything was folded. An hour
-- with nothing in it needs no summing up. And when the oldest bucket begins.
select
  watermark,
  case
    when exists (
      select
      from network_minute
      where
        minute >= coalesce(hours_to, '-infinity')
        and minute < date_trunc('hour', watermark, 'UTC')
    ) then hours_to
    else greatest(hours_to, date_trunc('hour', watermark, 'UTC'))
  end as hours_to,
  days_to,
  folds,
  coalesce(
    least(
      (select min(minute) from network_minute),
      (select min(hour) from network_hour),
      (select min(day) from network_day)
    ),
    watermark
  ) as since
from fold
