-- New accounts by id, sorted by the caller; `names` a line each, for none has a line break. Returns how many were new, and an id that already stands for another DID.
with given as (
  select id, did
  from unnest(%(ids)s::bigint[], string_to_array(%(names)s, e'\n')) as g (id, did)
),
inserted as (
  insert into account (id, did)
  select id, did
  from given
  on conflict (id) do nothing
  returning id
)
select
  (select count(*) from inserted),
  (
    select given.id
    from given
    join account using (id)
    where account.did <> given.did
    limit 1
  )
