-- The feeds of the file as they are now; one that was taken out lately goes on where it was. Returns whether anything changed.
with given as (
  select id, definition, position
  from unnest(%(ids)s::text[], %(definitions)s::jsonb[]) with ordinality as given (id, definition, position)
),
stored as (
  insert into feed as kept (id, definition, position)
  select id, definition, position
  from given
  on conflict (id) do update
  set definition = excluded.definition, position = excluded.position, removed_at = null
  where
    (kept.definition, kept.position) is distinct from (excluded.definition, excluded.position)
    or kept.removed_at is not null
  returning 1
),
removed as (
  update feed
  set removed_at = now()
  where removed_at is null and id not in (select id from given)
  returning 1
)
select (select count(*) from stored) + (select count(*) from removed) > 0
