-- Note an interval that is still going on, or how far it goes by now.
with known as (
  update gap
  set to_time = greatest(to_time, %(to_time)s)
  where host = %(host)s and from_time = %(from_time)s and reason = %(reason)s
  returning id
)
insert into gap (host, from_time, to_time, reason)
select %(host)s, %(from_time)s, %(to_time)s, %(reason)s
where not exists (select from known)
