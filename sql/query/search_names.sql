-- Accounts whose handle or display name is like a pattern, handles first, then those with most followers. Each part ends
-- early: a pattern of one letter is like a tenth of all names.
with by_handle as (
  select *
  from account
  where lower(handle) like %(pattern)s and handle <> 'handle.invalid' and shown
  limit 1000
),
by_name as (
  select *
  from account
  where lower(display_name) like %(pattern)s and shown
  limit 1000
)
select did, nullif(handle, 'handle.invalid') as handle, display_name, avatar, followers as followers_count
from (
  select 0 as place, by_handle.*
  from by_handle
  union all
  select 1, by_name.*
  from by_name
  where id not in (select id from by_handle)
) as found
order by place, followers desc nulls last, length(handle), did
limit %(limit)s
