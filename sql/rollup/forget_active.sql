-- Of hours that are summed up and that late tallies go into: who was active in them has to be looked at again.
delete from active_hour
where hour in (
  select date_trunc('hour', minute, 'UTC')
  from {network_tally}
  where minute < %(before)s
)
