-- The best that an account ever was on a board, and when first: at the end of which hour.
select metric, time_window, rank, hour + interval '1 hour' as at
from best_rank
where account = %(account)s
order by metric, time_window
