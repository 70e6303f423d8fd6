-- The state of accounts, by account events: the latest by (time, seq) wins, in whatever order they come.
update account
set
  active = given.active,
  status = given.status,
  status_time = given.time,
  status_seq = given.seq
from unnest(%(ids)s::bigint[], %(active)s::boolean[], %(statuses)s::text[], %(times)s::timestamptz[], %(seqs)s::bigint[])
  as given (id, active, status, time, seq)
where
  account.id = given.id
  and (
    account.status_time is null
    or (account.status_time, account.status_seq) < (given.time, given.seq)
  )
