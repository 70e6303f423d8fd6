-- The keys of these terms.
select term.id, term.name
from unnest(%(ids)s::bigint[]) as given (id)
join term using (id)
