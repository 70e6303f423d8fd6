-- How the collector is. Its vitals are worth something while they are fresh; the rest is durable.
with
-- one row, also before the first run; of vitals that are not fresh only the source is left
said as (
  select
    case when fresh then vitals.state else 'stopped' end as state,
    coalesce(vitals.source, (select host from epoch order by epoch desc limit 1)) as source,
    case when fresh then vitals.detail else '' end as detail,
    case when fresh then vitals.events_per_second else 0 end as events_per_second,
    case when fresh then extract(epoch from now() - vitals.started_at)::float8 else 0 end as uptime_seconds
  from (select true) as always
  left join vitals on true
  cross join lateral (select coalesce(vitals.at > now() - interval '10 seconds', false) as fresh) as age
),
lanes as (
  select
    sum(events)::bigint as events_total,
    sum(duplicates)::bigint as duplicates_total,
    sum(quarantined)::bigint as quarantined_total
  from lane
),
first as (
  select min(minute) as minute
  from network_minute
)
select
  (select name from network) as network,
  fold.watermark,
  extract(epoch from now() - fold.watermark)::float8 as lag_seconds,
  said.*,
  lanes.*,
  (select count(*) from gap) as gaps_total,
  first.minute as first_minute,
  -- what gaps cut of the time since the first event; where those of two hosts overlap, once
  (
    select coalesce(sum(extract(epoch from upper(cut) - lower(cut))), 0)::float8
    from unnest(
      (select range_agg(tstzrange(from_time, greatest(from_time, to_time))) from gap)
      * tstzmultirange(tstzrange(first.minute, greatest(first.minute, fold.watermark)))
    ) as cut
  ) as gap_seconds,
  selfcheck.at as selfcheck_at,
  cardinality(selfcheck.differences) as selfcheck_differences
from fold
left join selfcheck on true
cross join said
cross join lanes
cross join first
