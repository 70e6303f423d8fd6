-- Where the best of these terms stand in the list: by value, of equal values the lower key by its bytes.
select (given.position - 1)::integer
from unnest(%(ids)s::bigint[], %(values)s::bigint[]) with ordinality as given (id, value, position)
join term on term.id = given.id
order by given.value desc, term.name collate "C"
limit %(rows)s
