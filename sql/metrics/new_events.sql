-- Events that batches have brought since a place in the order of commits, of those asked for, in the order of the stream. Which
-- batches those are, and of which minutes, ticks say; a row of the log says by which transaction it was written.
with batches as materialized (
  select distinct xid, minute
  from tick
  where
    xid >= pg_snapshot_xmin(%(after)s::pg_snapshot)
    and not pg_visible_in_snapshot(xid, %(after)s::pg_snapshot)
),
new as (
  select event.*
  from (select distinct minute from batches) as stretch
  join event on event.time >= stretch.minute and event.time < stretch.minute + interval '1 minute'
  where event.xmin = any (array(select xid::xid from batches))
),
told as (
  select
    new.time,
    account.did,
    nullif(account.handle, 'handle.invalid') as handle,
    new.operation,
    collection.name as collection,
    new.rkey,
    key.name as key,
    subject.did as subject_did,
    new.subject_rkey,
    subject_key.name as subject_key,
    new.reply,
    new.quote,
    -- a delete says nothing: what was taken back does
    coalesce(new.terms, created.terms) as terms
  from new
  join account on account.id = new.actor
  join collection on collection.id = new.collection
  left join rkey as key on key.id = new.rkey
  left join account as subject on subject.id = new.subject_account
  left join rkey as subject_key on subject_key.id = new.subject_rkey
  left join lateral (
    select event.terms
    from event
    where
      event.rkey = new.rkey
      and event.actor = new.actor
      and event.collection = new.collection
      and event.operation = 'c'
      and event.rev < new.rev
    order by event.rev desc
    limit 1
  ) as created on new.operation = 'd' and collection.name = 'app.bsky.feed.post'
  where
    (%(operation)s::"char" is null or new.operation = %(operation)s::"char")
    and (%(collections)s::text[] is null or collection.name like any (%(collections)s::text[]))
    and (
      %(actors)s::text[] is null
      or account.did = any (%(actors)s::text[])
      or lower(account.handle) = any (%(actors)s::text[])
    )
)
select
  told.*,
  (
    select coalesce(json_agg(json_build_array(dimension.name, term.name) order by place), '[]')
    from unnest(terms) with ordinality as each (id, place)
    join term on term.id = each.id
    join dimension on dimension.id = term.dimension
  ) as said
from told
where
  %(languages)s::text[] is null
  or exists (
    select
    from term
    where term.id = any (terms) and term.dimension = 1 and term.name = any (%(languages)s::text[])
  )
order by time
