-- A handle to be looked up, unless too many wait already.
insert into cache.asked_handle (handle)
select %(handle)s
where (select count(*) from cache.asked_handle) < %(most)s
on conflict do nothing
