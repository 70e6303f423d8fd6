-- The last backup that was made: for metrics and the doctor. A database that was restored knows of the one before its own.
create table last_backup (
  one boolean primary key default true check (one),
  -- the moment that it is of
  at timestamptz not null,
  bytes bigint not null
);

grant select on last_backup to skytally_collector;
