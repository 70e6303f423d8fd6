-- Handles as identity events claim them: hints, until a resolver has checked them.
update account
set handle = given.handle
from unnest(%(ids)s::bigint[], %(handles)s::text[]) as given (id, handle)
where account.id = given.id
