-- The active accounts of a window as they are kept, if nothing was folded since they were counted and the watermark has not
-- moved.
select accounts
from active
where
  time_window = %(time_window)s
  and folds = %(folds)s
  and as_of = %(as_of)s
