-- What metrics say of the database: one row. What is not there yet is null.
select
  pg_database_size(current_database()) as database_size_bytes,
  extract(epoch from fold.watermark)::float8 as watermark_timestamp_seconds,
  (select sum(quarantined) from lane) as quarantine_events,
  (select count(*) from gap) as recorded_gaps,
  -- in stream time, by which a purge begins
  coalesce(
    (select extract(epoch from fold.watermark - min(before)) from purge where done_at is null), 0
  )::float8 as purge_age_seconds,
  -- of the days that are kept, the last one; against the day that is written now
  (
    select max(to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD'))
    from pg_inherits
    where inhparent = 'event'::regclass
  ) - (fold.watermark at time zone 'UTC')::date as partition_ahead_days,
  cardinality(selfcheck.differences) as selfcheck_differences,
  extract(epoch from selfcheck.at)::float8 as selfcheck_timestamp_seconds,
  selfcheck.seconds as last_selfcheck_seconds,
  extract(epoch from last_backup.at)::float8 as backup_timestamp_seconds,
  last_backup.bytes as backup_size_bytes
from fold
left join selfcheck on true
left join last_backup on true
