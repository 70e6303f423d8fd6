-- What accounts made and received. Sorted, so that the tree grows where it is warm.
insert into account_minute as t (minute, account, metric, gained, lost)
select minute, account, metric, sum(gained), sum(lost)
from {account_tally}
group by minute, account, metric
order by minute, account, metric
on conflict (minute, account, metric) do update
set
  gained = t.gained + excluded.gained,
  lost = t.lost + excluded.lost
