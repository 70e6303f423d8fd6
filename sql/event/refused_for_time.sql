-- Events refused because their stream time was ahead of the clock: when they come again later they stay refused.
select digest
from quarantine
where reason = 'time_in_future'
order by noted_at desc
limit 100000
