-- What a worker recognised in one batch, in the transaction of its rows.
insert into overlap_seen (epoch, lane, known, unknown, earliest, passed)
values (%(epoch)s, %(lane)s, %(known)s, %(unknown)s, %(earliest)s, %(passed)s)
on conflict (epoch, lane) do update
set
  known = overlap_seen.known + excluded.known,
  unknown = overlap_seen.unknown + excluded.unknown,
  earliest = least(overlap_seen.earliest, excluded.earliest),
  passed = excluded.passed
