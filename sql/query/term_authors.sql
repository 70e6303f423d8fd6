-- How many different accounts wrote what terms gained, by bucket, in the spans given (see points.sql).
select
  term,
  date_bin(%(bucket)s::interval, at, '1970-01-05 00:00Z') as time,
  count(distinct author) as gained,
  0::bigint as lost
from (
  select term, day as at, author
  from unnest(%(day_begins)s::timestamptz[], %(day_ends)s::timestamptz[]) as span (begins, ends)
  join author_day
    on term = any (%(terms)s::bigint[])
    and day >= begins
    and day < ends
  union all
  select term, hour, author
  from unnest(%(hour_begins)s::timestamptz[], %(hour_ends)s::timestamptz[]) as span (begins, ends)
  join author_hour
    on term = any (%(terms)s::bigint[])
    and hour >= begins
    and hour < ends
  union all
  select term, minute, author
  from unnest(%(minute_begins)s::timestamptz[], %(minute_ends)s::timestamptz[]) as span (begins, ends)
  join author_minute
    on term = any (%(terms)s::bigint[])
    and minute >= begins
    and minute < ends
) as found
group by 1, 2
order by 1, 2
