-- Who was never as high up on this board as at the end of this hour.
insert into best_rank (account, metric, time_window, rank, hour)
select account, %(metric)s, %(time_window)s, rank, %(hour)s
from unnest(%(keys)s::bigint[]) with ordinality as board (account, rank)
order by account
on conflict (account, metric, time_window) do update
set
  rank = excluded.rank,
  hour = excluded.hour
where excluded.rank < best_rank.rank
