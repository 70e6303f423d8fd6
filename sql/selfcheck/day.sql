-- Any day that is summed up, of those whose hours are kept: of the newest ones.
select day
from (
  select distinct day
  from network_day
  cross join fold
  where day < days_to and day >= %(kept_from)s
) as closed
order by random()
limit 1
