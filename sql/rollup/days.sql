-- The days there are of each table kept by the day, and the day retention counts from: that of the newest minute with at
-- least 100 events, so that one wrong time drops nothing.
select
  (
    select (minute at time zone 'UTC')::date
    from network_minute
    group by minute
    having sum(events) >= 100
    order by minute desc
    limit 1
  ) as newest,
  array(
    select to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD')
    from pg_inherits
    where inhparent = %(parent)s::regclass
    order by 1
  ) as days
