-- A backup is on its disk.
insert into last_backup (at, bytes)
values (%(at)s, %(bytes)s)
on conflict (one) do update
set
  at = excluded.at,
  bytes = excluded.bytes
