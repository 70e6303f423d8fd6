-- How many posts each feed has of each day from one on: those it took less those that were deleted since.
select feed, date_trunc('day', hour, 'UTC') as day, sum(gained - lost)::bigint as posts
from feed_hour
where feed = any (%(feeds)s) and hour >= %(begin)s
group by feed, date_trunc('day', hour, 'UTC')
