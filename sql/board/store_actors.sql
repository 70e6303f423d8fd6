-- A board by actors as it stands now.
insert into board_by_actors (kind, metric, time_window, begins, ends, keys, rkeys, actors)
values (%(kind)s, %(metric)s, %(time_window)s, %(begins)s, %(ends)s, %(keys)s, %(rkeys)s, %(gained)s)
