insert into dimension_minute as t (minute, dimension, key, gained, lost)
select minute, dimension, key, sum(gained), sum(lost)
from {dimension_tally}
group by minute, dimension, key
order by minute, dimension, key
on conflict (minute, dimension, key) do update
set
  gained = t.gained + excluded.gained,
  lost = t.lost + excluded.lost
