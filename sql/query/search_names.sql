-- Accounts whose handle or display name is like a pattern: who has just this handle, then other handles, then names, each by
-- followers. A pattern of one letter is like a tenth of all names, so of those that begin so the first thousand by the
-- alphabet are looked at, and of all accounts the ten thousand with most followers.
with most_followed as (
  select *
  from (
    select *
    from account
    where followers is not null
    order by followers desc
    limit 10000
  ) as best
  where
    shown
    and (lower(handle) like %(pattern)s and handle <> 'handle.invalid' or lower(display_name) like %(pattern)s)
),
-- the operator is the order of the index
by_handle as (
  select *
  from account
  where lower(handle) like %(pattern)s and handle <> 'handle.invalid' and shown
  order by lower(handle) using ~<~
  limit 1000
),
by_name as (
  select *
  from account
  where lower(display_name) like %(pattern)s and shown
  order by lower(display_name) using ~<~
  limit 1000
),
found as (
  select *
  from most_followed
  union
  select *
  from by_handle
  union
  select *
  from by_name
)
select
  did,
  nullif(handle, 'handle.invalid') as handle,
  display_name,
  avatar,
  followers,
  followers_at
from found
order by
  case
    when handle = 'handle.invalid' then 2
    when lower(handle) = %(name)s then 0
    when lower(handle) like %(pattern)s then 1
    else 2
  end,
  followers desc nulls last,
  length(handle),
  did
limit %(limit)s
