insert into gap (host, from_time, to_time, reason)
values (%(host)s, %(from_time)s, %(to_time)s, %(reason)s)
on conflict do nothing
