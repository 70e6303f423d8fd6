-- What each of a few posts received by metric, net, in the spans given (see points.sql).
select account, rkey, (select name from metric where metric.id = found.metric) as metric, sum(net)::bigint as net
from (
  select post.account, post.rkey, metric, gained - lost as net
  from unnest(%(accounts)s::bigint[], %(rkeys)s::bigint[]) as post (account, rkey)
  cross join unnest(%(day_begins)s::timestamptz[], %(day_ends)s::timestamptz[]) as span (begins, ends)
  join post_day as kept
    on kept.account = post.account
    and kept.rkey = post.rkey
    and day >= begins
    and day < ends
  union all
  select post.account, post.rkey, metric, gained - lost
  from unnest(%(accounts)s::bigint[], %(rkeys)s::bigint[]) as post (account, rkey)
  cross join unnest(%(hour_begins)s::timestamptz[], %(hour_ends)s::timestamptz[]) as span (begins, ends)
  join post_hour as kept
    on kept.account = post.account
    and kept.rkey = post.rkey
    and hour >= begins
    and hour < ends
  union all
  select post.account, post.rkey, metric, gained - lost
  from unnest(%(accounts)s::bigint[], %(rkeys)s::bigint[]) as post (account, rkey)
  cross join unnest(%(minute_begins)s::timestamptz[], %(minute_ends)s::timestamptz[]) as span (begins, ends)
  join post_minute as kept
    on kept.minute = any (array(select generate_series(begins, ends - interval '1 minute', interval '1 minute')))
    and kept.account = post.account
    and kept.rkey = post.rkey
) as found
group by account, rkey, found.metric
