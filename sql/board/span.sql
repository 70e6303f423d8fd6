-- What the boards of a window cover; nothing where there are none.
select min(begins), max(ends)
from board
where time_window = %(time_window)s
having count(*) > 0
