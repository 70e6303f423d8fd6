-- Accounts that were asked about and of which nothing was said: not to be asked about again for a while.
update account
set resolved_at = now()
where id = any (%(ids)s::bigint[])
