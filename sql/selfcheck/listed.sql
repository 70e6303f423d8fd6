-- Who is on any board of a measure, whatever the window.
select keys, rkeys
from board
where kind = %(kind)s and metric = %(metric)s
