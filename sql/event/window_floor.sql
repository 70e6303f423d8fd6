-- From which stream time the window of seen keys is to be reloaded: over the span and over the least number of events,
-- whichever reaches further back, but never over more events than memory is set aside for. Null when the log holds
-- less than that: then all of it is reloaded.
with newest as (
  select max(stream_time) as at
  from lane
),
-- minutes with how many events they and all later ones hold, as far back as there is a log to be reloaded
minutes as (
  select minute, sum(sum(events)) over (order by minute desc) as events
  from network_minute
  where
    minute <= (select at from newest)
    and minute >= (
      select
        greatest(min(to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD')), (select log_from from fold))::timestamp
          at time zone 'UTC'
      from pg_inherits
      where inhparent = 'event'::regclass
    )
  group by minute
)
select greatest(
  least(
    (select at from newest) - make_interval(secs => %(span_s)s),
    (select max(minute) from minutes where events >= %(events_min)s)
  ),
  (select max(minute) from minutes where events >= %(events_max)s)
) as floor
where exists (
  select
  from minutes
  where events >= %(events_min)s
)
