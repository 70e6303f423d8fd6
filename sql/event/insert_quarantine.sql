-- Refused events, each once however often it comes. Returns lane and reason of those that were not there yet.
insert into quarantine (digest, reason, host, lane, epoch, cursor, size, sample)
select digest, reason, %(host)s, lane, %(epoch)s, %(cursor)s, size, sample
from unnest(%(digests)s::bytea[], %(reasons)s::text[], %(lanes)s::smallint[], %(sizes)s::int[], %(samples)s::bytea[])
  as given (digest, reason, lane, size, sample)
on conflict (digest) do nothing
returning lane, reason
