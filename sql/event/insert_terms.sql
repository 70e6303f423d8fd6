-- Terms by id, sorted by the caller; `names` a line each. Returns how many were new, and an id that already stands for
-- another term.
with given as (
  select id, dimension, name
  from unnest(%(ids)s::bigint[], %(dimensions)s::smallint[], string_to_array(%(names)s, e'\n'))
    as g (id, dimension, name)
),
inserted as (
  insert into term (id, dimension, name)
  select id, dimension, name
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
    where (term.dimension, term.name) <> (given.dimension, given.name)
    limit 1
  )
