-- Accounts that were deleted in an hour that is summed up: all that they did lies before the next one. One that came back and was deleted
-- again is purged again.
insert into purge (account, before)
select id, hours_to
from account
cross join fold
left join purge on purge.account = account.id
where
  status = 'deleted'
  and not active
  and status_time < hours_to
  and (purge.account is null or purge.before <= status_time)
order by id
limit %(accounts)s
on conflict (account) do update
set
  before = excluded.before,
  done_at = null
