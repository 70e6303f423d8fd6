-- What this run has to prove.
insert into overlap (epoch, host, frontier, begins, ends, rewind_s, unknown_before)
values (%(epoch)s, %(host)s, %(frontier)s, %(begins)s, %(ends)s, %(rewind_s)s, %(unknown_before)s)
