-- Posts and replies by what they are about.
insert into term_minute as t (minute, dimension, term, gained, lost)
select minute, dimension, term, sum(gained), sum(lost)
from {term_tally}
group by dimension, minute, term
order by dimension, minute, term
on conflict (dimension, minute, term) do update
set
  gained = t.gained + excluded.gained,
  lost = t.lost + excluded.lost
