-- Posts that still are on top of a board; once an hour is often enough to know for a day that they were.
update post_text
set listed_at = now()
from (
  select distinct each.key, each.rkey
  from board
  cross join unnest(keys[:%(rows)s], rkeys[:%(rows)s]) as each (key, rkey)
  where kind = 'posts'
) as listed
where
  post_text.account = listed.key
  and post_text.rkey = listed.rkey
  and listed_at < now() - interval '1 hour'
