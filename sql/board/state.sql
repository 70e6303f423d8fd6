-- Up to where everything is counted, up to where hours and days are summed up, and how often anything was folded. An hour
-- with nothing in it needs no summing up. And when the first minute with anything began: those
-- of the network stay for ever.
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
  coalesce((select min(minute) from network_minute), watermark) as since
from fold
