select reason, count(*)
from quarantine
group by reason
order by count(*) desc, reason
