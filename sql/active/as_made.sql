-- The active accounts of a window as they are kept, if nothing was folded since they were counted.
select accounts
from active
where
  time_window = %(time_window)s
  and folds = %(folds)s
