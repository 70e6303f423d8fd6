-- Any hour that is summed up, of those whose minutes are kept: of the newest days.
select hour
from (
  select distinct hour
  from network_hour
  cross join fold
  where hour < hours_to and hour >= %(kept_from)s
) as closed
order by random()
limit 1
