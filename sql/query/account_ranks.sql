-- Where an account that is shown stands on the boards of accounts, among those who are. Null where it is not listed.
select
  metric,
  time_window,
  position - (
    select count(*)
    from unnest(keys[1:position]) as key
    join account on account.id = key and not account.shown
  ) as rank
from board
cross join array_position(keys, %(account)s::bigint) as position
where
  kind = 'accounts'
  and position is not null
union all
select metric, time_window, null
from board
where
  kind = 'accounts'
  and array_position(keys, %(account)s::bigint) is null
order by metric, time_window
