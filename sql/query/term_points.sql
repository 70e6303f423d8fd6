-- What terms gained and lost in posts, added up by bucket, in the spans given (see points.sql).
select
  term,
  date_bin(%(bucket)s::interval, at, '1970-01-05 00:00Z') as time,
  sum(gained)::bigint as gained,
  sum(lost)::bigint as lost
from (
  select term, day as at, gained, lost
  from unnest(%(day_begins)s::timestamptz[], %(day_ends)s::timestamptz[]) as span (begins, ends)
  join term_day
    on dimension = %(dimension)s
    and term = any (%(terms)s::bigint[])
    and day >= begins
    and day < ends
  union all
  select term, hour, gained, lost
  from unnest(%(hour_begins)s::timestamptz[], %(hour_ends)s::timestamptz[]) as span (begins, ends)
  join term_hour
    on dimension = %(dimension)s
    and term = any (%(terms)s::bigint[])
    and hour >= begins
    and hour < ends
  union all
  select term, minute, gained, lost
  from unnest(%(minute_begins)s::timestamptz[], %(minute_ends)s::timestamptz[]) as span (begins, ends)
  join term_minute
    on dimension = %(dimension)s
    and minute = any (array(select generate_series(begins, ends - interval '1 minute', interval '1 minute')))
    and term = any (%(terms)s::bigint[])
) as found
group by 1, 2
order by 1, 2
