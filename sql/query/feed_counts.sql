-- How many posts a feed has of each of the last hours, days and weeks: those it took less those that were deleted since.
select asked.unit, date_trunc(asked.unit, hour, 'UTC') as time, sum(gained - lost)::bigint as posts
from unnest(%(units)s::text[], %(begins)s::timestamptz[]) as asked (unit, begins)
join feed_hour on hour >= asked.begins
where feed = %(feed)s
group by asked.unit, date_trunc(asked.unit, hour, 'UTC')
