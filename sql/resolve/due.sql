-- Accounts on a board that nobody has been asked about, or not for a while; those who wait the longest first. Names that
-- would make a question of 25 longer than servers take are not asked about.
select id, did, handle_seq
from account
where
  id in (
    select key
    from board
    cross join unnest(keys) as key
    where kind in ('accounts', 'posts')
  )
  and shown
  and length(did) <= 256
  and (resolved_at is null or resolved_at < now() - %(age)s::interval)
order by resolved_at nulls first, id
limit %(accounts)s
