-- What an account, a post or the whole network gained and lost by metric, added up by bucket. What to read of days, hours
-- and minutes is given (web/spans.py), and each span's label goes with what it holds. Minutes are looked up one by one: by
-- their key one is found, a longer time would be read whole.
with found as (
  select label, kept.day as at, metric, gained, lost
  from unnest(%(day_labels)s::text[], %(day_begins)s::timestamptz[], %(day_ends)s::timestamptz[])
    as span (label, begins, ends)
  join {day} as kept
    on kept.day >= begins
    and kept.day < ends
    and {key}
    and kept.metric = any (array(select id from metric where name = any (%(metrics)s::text[])))
  union all
  select label, kept.hour as at, metric, gained, lost
  from unnest(%(hour_labels)s::text[], %(hour_begins)s::timestamptz[], %(hour_ends)s::timestamptz[])
    as span (label, begins, ends)
  join {hour} as kept
    on kept.hour >= begins
    and kept.hour < ends
    and {key}
    and kept.metric = any (array(select id from metric where name = any (%(metrics)s::text[])))
  union all
  select label, kept.minute as at, metric, gained, lost
  from unnest(%(minute_labels)s::text[], %(minute_begins)s::timestamptz[], %(minute_ends)s::timestamptz[])
    as span (label, begins, ends)
  join {minute} as kept
    on kept.minute = any (array(select generate_series(begins, ends - interval '1 minute', interval '1 minute')))
    and {key}
    and kept.metric = any (array(select id from metric where name = any (%(metrics)s::text[])))
)
select
  label,
  date_bin(%(bucket)s::interval, at, '1970-01-05 00:00Z') as time,
  (select name from metric where metric.id = found.metric) as metric,
  sum(gained)::bigint as gained,
  sum(lost)::bigint as lost
from found
group by label, time, found.metric
order by label, time, found.metric
