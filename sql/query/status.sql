-- How the collector is. Its vitals are worth something while they are fresh; the rest is durable.
select
  fold.watermark,
  extract(epoch from now() - fold.watermark)::float8 as lag_seconds,
  case
    when vitals.at > now() - interval '10 seconds' then vitals.state
    else 'stopped'
  end as state,
  coalesce(vitals.source, (select host from epoch order by epoch desc limit 1)) as source,
  (select name from network) as network,
  case when vitals.at > now() - interval '10 seconds' then vitals.detail else '' end as detail,
  coalesce(vitals.events_per_second, 0) * (vitals.at > now() - interval '10 seconds')::int as events_per_second,
  case
    when vitals.at > now() - interval '10 seconds' then extract(epoch from now() - vitals.started_at)::float8
    else 0
  end as uptime_seconds,
  lanes.events_total,
  lanes.duplicates_total,
  lanes.quarantined_total,
  (select count(*) from gap) as gaps_total,
  first.minute as first_minute,
  -- what gaps cut of the time since the first event; overlapping ones, of two hosts, cut it once
  (
    select coalesce(sum(extract(epoch from upper(cut) - lower(cut))), 0)::float8
    from unnest(
      (select range_agg(tstzrange(from_time, greatest(from_time, to_time))) from gap)
      * tstzmultirange(tstzrange(first.minute, greatest(first.minute, fold.watermark)))
    ) as cut
  ) as gap_seconds
from fold
cross join (select min(minute) as minute from network_minute) as first
cross join (
  select
    sum(events)::bigint as events_total,
    sum(duplicates)::bigint as duplicates_total,
    sum(quarantined)::bigint as quarantined_total
  from lane
) as lanes
left join vitals on true
