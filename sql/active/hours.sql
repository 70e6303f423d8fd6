-- The hours of a stretch with anything in them, and the sketch of each where there is one.
select hour, registers
from (
  select distinct hour
  from network_hour
  where hour >= %(begin)s and hour < %(end)s
) as counted
left join active_hour using (hour)
