-- Accounts that asked to be forgotten, whatever their state: a purge of their own, begun anew where there was one.
insert into purge (account, before, known_to, forgotten)
select id, hours_to, watermark + interval '10 minutes', true
from account
cross join fold
where
  id = any (%(accounts)s)
  and hours_to is not null
order by id
on conflict (account) do update
set
  before = excluded.before,
  known_to = excluded.known_to,
  done_at = null,
  forgotten = true
