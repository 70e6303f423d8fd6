-- Handles as identity events claim them: hints, until a resolver has checked them. The latest by (time, seq) stays.
update account
set
  handle = given.handle,
  handle_time = given.time,
  handle_seq = given.seq,
  resolved_at = null
from unnest(%(ids)s::bigint[], %(handles)s::text[], %(times)s::timestamptz[], %(seqs)s::bigint[])
  as given (id, handle, time, seq)
where
  account.id = given.id
  and (
    account.handle_time is null
    or (account.handle_time, account.handle_seq) < (given.time, given.seq)
  )
