-- Accounts on a board that nobody has been asked about, or not for a while; those who wait the longest first.
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
  and (resolved_at is null or resolved_at < now() - %(age)s::interval)
order by resolved_at nulls first, id
limit %(accounts)s
