-- A board as it is kept, if nothing was folded since it was made and the watermark has not moved.
select keys, rkeys, gained, lost
from board
where
  kind = %(kind)s
  and metric = %(metric)s
  and time_window = %(time_window)s
  and folds = %(folds)s
  and as_of = %(as_of)s
