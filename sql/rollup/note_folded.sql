-- Every batch whose tallies went to this segment, and that is visible now, is in the rollups with this transaction.
update fold
set folded[%(segment)s::int + 1] = pg_current_snapshot()
