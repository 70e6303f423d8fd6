-- The days there are of each table kept by the day, and the day retention counts from: that of the newest minute with at
-- least 100 events in the last days before the watermark, so that one wrong time drops nothing; of a network with no such
-- minute that of the watermark.
select
  coalesce(
    (
      select (minute at time zone 'UTC')::date
      from network_minute
      where minute > (select watermark - interval '2 days' from fold)
      group by minute
      having sum(events) >= 100
      order by minute desc
      limit 1
    ),
    (select (watermark at time zone 'UTC')::date from fold)
  ) as newest,
  array(
    select to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD')
    from pg_inherits
    where inhparent = %(parent)s::regclass
    order by 1
  ) as days
