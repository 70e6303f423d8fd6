-- Terms by id, sorted by the caller; `names` a line each. Returns how many were new, and an id that already stands for
-- another term.
with given as (
  select id, name
  from unnest(%(ids)s::bigint[], string_to_array(%(names)s, e'\n')) as g (id, name)
),
inserted as (
  insert into term (id, dimension, name)
  select id, id & 7, name
  from given
  on conflict (id) do nothing
  returning id
)
select
  (select count(*) from inserted),
  (
    select given.id
    from given
    join term using (id)
    where term.name <> given.name
    limit 1
  )
