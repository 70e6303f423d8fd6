-- Of these accounts, before when what they did is not known any more.
select account, before
from purge
where account = any (%(actors)s::bigint[])
