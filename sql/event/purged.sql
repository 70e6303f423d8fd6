-- Of these accounts, before when what they did is not known any more, and to deletes of what time it still is.
select account, before, known_to
from purge
where account = any (%(actors)s::bigint[])
