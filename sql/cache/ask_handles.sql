-- Handles to be looked up, unless too many wait already.
insert into cache.asked_handle (handle)
select handle
from unnest(%(handles)s::text[]) as asked (handle)
limit greatest(%(most)s - (select count(*) from cache.asked_handle), 0)
on conflict do nothing
