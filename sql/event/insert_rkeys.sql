-- Record keys that are no TIDs, sorted by the caller; `names` a line each. Returns how many were new, and an id that already stands for another key.
with given as (
  select id, name
  from unnest(%(ids)s::bigint[], string_to_array(%(names)s, e'\n')) as g (id, name)
),
inserted as (
  insert into rkey (id, name)
  select id, name
  from given
  on conflict (id) do nothing
  returning id
)
select
  (select count(*) from inserted),
  (
    select given.id
    from given
    join rkey using (id)
    where rkey.name <> given.name
    limit 1
  )
