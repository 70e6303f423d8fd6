-- What a board of accounts covers, and how many are shown of it: as it stands now or (with `at`) as it stood at the end of an
-- hour.
with kept as (
  select begins, ends, as_of, keys
  from board
  where
    kind = 'accounts'
    and metric = %(metric)s
    and time_window = %(time_window)s
    and %(at)s::timestamptz is null
  union all
  select
    hour + interval '1 hour' - %(length)s::interval,
    hour + interval '1 hour',
    hour + interval '1 hour',
    keys
  from board_hour
  where
    kind = 'accounts'
    and metric = %(metric)s
    and time_window = %(time_window)s
    and hour = %(at)s::timestamptz - interval '1 hour'
)
select
  begins,
  ends,
  as_of,
  (
    select count(*)
    from unnest(keys) as key
    join account on account.id = key and account.shown
  ) as total
from kept
