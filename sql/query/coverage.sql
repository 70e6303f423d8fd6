-- What upstream did not deliver of a stretch of time: the share of it that no gap cuts, and the gaps. Time before the
-- first event ever counted is not covered; where gaps of two hosts overlap, it is lost once.
with asked as (
  select tstzrange(%(from)s, %(to)s) as span
),
counted as (
  select tstzrange((select min(minute) from network_minute), null) as span
),
cuts as (
  select
    from_time,
    to_time,
    host,
    reason,
    tstzrange(from_time, greatest(from_time, to_time)) as span
  from gap
  cross join asked
  where to_time > lower(asked.span) and from_time < upper(asked.span)
),
left_over as (
  select
    tstzmultirange(asked.span * counted.span) - coalesce((select range_agg(cuts.span) from cuts), '{}') as spans
  from asked
  cross join counted
)
select
  (
    select coalesce(sum(extract(epoch from upper(each) - lower(each))), 0)::float8
    from left_over
    cross join unnest(left_over.spans) as each
  ) / nullif(extract(epoch from upper(asked.span) - lower(asked.span))::float8, 0) as coverage,
  (
    select coalesce(
      jsonb_agg(
        jsonb_build_object('from', from_time, 'to', to_time, 'source', host, 'reason', reason)
        order by from_time, to_time, host
      ),
      '[]'
    )
    from cuts
  ) as gaps
from asked
