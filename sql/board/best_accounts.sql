-- Where the best of these accounts stand in the list, of those that are shown: by value, of equal values the lower DID by
-- its bytes.
select (given.position - 1)::integer
from unnest(%(ids)s::bigint[], %(values)s::bigint[]) with ordinality as given (id, value, position)
join account on account.id = given.id
where account.shown
order by given.value desc, account.did collate "C"
limit %(rows)s
