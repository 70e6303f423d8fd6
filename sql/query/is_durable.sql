-- Whether all that was written up to a place in the write-ahead log is on disk. Where a record ends with its page, that place
-- is behind the header of the next page, which is not there before the next record.
select
  pg_current_wal_flush_lsn() >= %(written)s::pg_lsn
  - case when (%(written)s::pg_lsn - '0/0') %% 8192 in (24, 40) then 40 else 0 end
