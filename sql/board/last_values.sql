-- What the last row of each board is worth that has so many rows.
select kind, metric, time_window, gained[%(rows)s] - lost[%(rows)s]
from board
where cardinality(keys) = %(rows)s
