-- Keys of the events refused last: when they come again, in whatever shape, they stay refused.
select digest
from quarantine
where octet_length(digest) = 28
order by noted_at desc
limit 100000
