-- The DIDs of those of these accounts that are shown.
select account.id, account.did
from unnest(%(ids)s::bigint[]) as given (id)
join account using (id)
where account.shown
