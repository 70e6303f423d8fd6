-- What profiles say of their accounts: the latest by rev wins, in whatever order they come.
update account
set
  display_name = given.name,
  unlisted = given.unlisted,
  profile_rev = given.rev
from unnest(%(ids)s::bigint[], %(names)s::text[], %(unlisted)s::boolean[], %(revs)s::bigint[])
  as given (id, name, unlisted, rev)
where
  account.id = given.id
  and coalesce(account.profile_rev < given.rev, true)
