-- The posts of an account by what they received in the spans given (see points.sql), best first.
select
  row_number() over (order by sum(gained - lost) desc, rkey) as rank,
  found.rkey as number,
  rkey.name as rkey,
  sum(gained - lost)::bigint as value,
  sum(gained)::bigint as gained,
  sum(lost)::bigint as lost,
  count(*) over () as total
from (
  select kept.rkey, gained, lost
  from unnest(%(day_begins)s::timestamptz[], %(day_ends)s::timestamptz[]) as span (begins, ends)
  join post_day as kept
    on kept.account = %(account)s
    and day >= begins
    and day < ends
    and metric = any (array(select id from metric where name = any (%(metrics)s::text[])))
  union all
  select kept.rkey, gained, lost
  from unnest(%(hour_begins)s::timestamptz[], %(hour_ends)s::timestamptz[]) as span (begins, ends)
  join post_hour as kept
    on kept.account = %(account)s
    and hour >= begins
    and hour < ends
    and metric = any (array(select id from metric where name = any (%(metrics)s::text[])))
  union all
  select kept.rkey, gained, lost
  from unnest(%(minute_begins)s::timestamptz[], %(minute_ends)s::timestamptz[]) as span (begins, ends)
  join post_minute as kept
    on kept.account = %(account)s
    and kept.minute = any (array(select generate_series(begins, ends - interval '1 minute', interval '1 minute')))
    and metric = any (array(select id from metric where name = any (%(metrics)s::text[])))
) as found
left join rkey on rkey.id = found.rkey
where not post_is_gone(%(account)s, found.rkey)
group by found.rkey, rkey.name
having sum(gained - lost) > 0
order by rank
limit %(limit)s
