-- The oldest hour that is summed up and whose boards are not kept, as far back as any are.
select hour
from (
  select
    greatest(
      coalesce(boards_to, (select min(hour) from network_hour)),
      hours_to - %(kept)s::interval
    ) as hour,
    hours_to
  from fold
) as next
where hour < hours_to
