-- Who is on any board of some measures, whatever the window.
select keys, rkeys
from board
where kind = %(kind)s and metric = any (%(metrics)s::text[])
