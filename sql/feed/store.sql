-- The feeds of the file as they are now; one that was taken out lately goes on where it was. Returns whether anything changed.
-- Only a feed that is new takes a number, of which there are few: `on conflict` would take one for each feed at every start.
with given as (
  select id, definition, position
  from unnest(%(ids)s::text[], %(definitions)s::jsonb[]) with ordinality as given (id, definition, position)
),
added as (
  insert into feed (id, definition, position)
  select id, definition, position
  from given
  where id not in (select id from feed)
  returning 1
),
changed as (
  update feed
  set definition = given.definition, position = given.position, removed_at = null
  from given
  where
    feed.id = given.id
    and (
      (feed.definition, feed.position) is distinct from (given.definition, given.position::smallint)
      or feed.removed_at is not null
    )
  returning 1
),
removed as (
  update feed
  set removed_at = now()
  where removed_at is null and id not in (select id from given)
  returning 1
)
select (select count(*) from added) + (select count(*) from changed) + (select count(*) from removed) > 0
