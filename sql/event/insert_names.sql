-- New names by id, sorted by the caller; `names` a line each, for none has a line break. Nobody else may insert names
-- meanwhile, so that what is not there can be inserted as it is: no row has to be looked at for conflicts.
-- Returns how many were new, and an id that already stands for another name.
with given as materialized (
  select given.id, given.name, known.{name} as known_name
  from unnest(%(ids)s::bigint[], string_to_array(%(names)s, e'\n')) as given (id, name)
  left join {table} as known using (id)
),
inserted as (
  insert into {table} (id, {name})
  select id, name
  from given
  where known_name is null
  returning 1
)
select
  (select count(*) from inserted),
  (
    select id
    from given
    where known_name <> name
    limit 1
  )
