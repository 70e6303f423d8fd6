-- The active accounts of a window as it stood at the end of an hour.
insert into active_at (hour, time_window, accounts)
values (%(hour)s, %(time_window)s, %(accounts)s)
on conflict (time_window, hour) do update
set accounts = excluded.accounts
