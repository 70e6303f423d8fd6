-- What posts received: the tallies that name a record.
insert into post_minute as t (minute, account, rkey, metric, gained, lost)
select minute, account, rkey, metric, sum(gained), sum(lost)
from {account_tally}
where rkey is not null
group by minute, account, rkey, metric
order by minute, account, rkey, metric
on conflict (minute, account, rkey, metric) do update
set
  gained = t.gained + excluded.gained,
  lost = t.lost + excluded.lost
