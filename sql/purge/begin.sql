-- Accounts that were deleted in an hour that is summed up. What they did lies before the next one, nearly always: for what
-- came later, and for what others do to them, they are purged again until a day has passed, and when they are deleted again.
with deleted as (
  select
    id,
    purge.account is not null as again,
    status_time
  from account
  cross join fold
  left join purge on purge.account = account.id
  where
    status = 'deleted'
    and not active
    and status_time < hours_to
    and (purge.account is null or purge.before <= status_time + interval '1 day')
  -- who had no turn yet goes first, or many that are purged again would keep others waiting
  order by again, status_time, id
  limit %(accounts)s
),
-- Who was forgotten stays forgotten for as long as they are hidden: what has come since goes once a day.
forgotten as (
  select
    id,
    true as again,
    status_time
  from account
  join purge on purge.account = account.id
  cross join fold
  where
    purge.forgotten
    and hidden
    and purge.before <= hours_to - interval '1 day'
  order by id
  limit %(accounts)s
)
insert into purge (account, before, known_to)
select id, hours_to, watermark + interval '10 minutes'
from (
  select * from deleted
  union
  select * from forgotten
) as due
cross join fold
order by again, status_time, id
limit %(accounts)s
on conflict (account) do update
set
  before = excluded.before,
  known_to = excluded.known_to,
  done_at = null
