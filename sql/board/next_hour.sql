-- The oldest hour that is summed up and whose boards are not kept, as far back as any are.
select hour
from (
  select greatest(coalesce(fold.boards_to, (select min(hour) from network_hour)), fold.hours_to - %(kept)s) as hour, hours_to
  from fold
) as next
where hour < hours_to
