-- How many accounts or terms moved in a stretch of time, each by itself: what was gained less what was lost, by bucket.
select
  wanted.id,
  date_bin(%(bucket)s::interval, kept.{unit}, '1970-01-05 00:00Z') as time,
  sum(kept.gained - kept.lost)::bigint as net
from unnest(%(ids)s::bigint[]) as wanted (id)
join {rollup} as kept
  on kept.{key} = wanted.id
  and kept.{unit} >= %(from)s
  and kept.{unit} < %(to)s
  and {of}
group by wanted.id, time
