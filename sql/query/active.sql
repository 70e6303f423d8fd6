select begins, ends, as_of, accounts
from active
where time_window = %(window)s
