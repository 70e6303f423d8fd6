-- Boards of what posts in one language are about, from one pass over the log; those that stood are kept for a while.
with post as (
  select id
  from collection
  where name = 'app.bsky.feed.post'
),
posted as (
  select event.actor, event.terms
  from event
  join post on post.id = event.collection
  where
    event.time >= %(begins)s
    and event.time < %(ends)s
    and event.operation = 'c'
    and event.terms is not null
),
-- a delete takes back the create right before it, if that is young enough (collector/record.py)
lost as (
  select earlier.actor, earlier.terms
  from event as deleted
  join post on post.id = deleted.collection
  cross join lateral (
    select event.actor, event.terms, event.operation, event.time
    from event
    where
      event.rkey = deleted.rkey
      and event.actor = deleted.actor
      and event.collection = deleted.collection
      and event.operation in ('c', 'd')
      and event.rev < deleted.rev
    order by event.rev desc
    limit 1
  ) as earlier
  where
    deleted.time >= %(begins)s
    and deleted.time < %(ends)s
    and deleted.operation = 'd'
    and earlier.operation = 'c'
    and earlier.time >= deleted.time - %(known)s::interval
    and earlier.terms is not null
),
-- by author first, so that distinct ones need no sorting
written as (
  select language, term, each.actor, sum(each.gained) as gained, sum(each.lost) as lost
  from (
    select actor, terms, 1 as gained, 0 as lost
    from posted
    union all
    select actor, terms, 0, 1
    from lost
  ) as each
  cross join unnest(each.terms) as language
  cross join unnest(each.terms) as term
  where language & %(dimension_bits)s = %(language)s
  group by language, term, each.actor
),
summed as (
  select language, term, sum(gained - lost) as posts, count(*) filter (where gained > 0) as authors
  from written
  group by language, term
),
valued as (
  select summed.*, by.metric, by.value
  from summed
  cross join lateral (values ('posts', posts), ('authors', authors)) as by (metric, value)
  where by.value >= 1
),
-- all that tie at the end are taken: their names decide, and only theirs are looked up
placed as (
  select valued.*, rank() over (partition by language, metric, term & %(dimension_bits)s order by value desc) as place
  from valued
),
ranked as (
  select
    placed.*,
    dimension.name as dimension,
    row_number() over (partition by language, metric, term & %(dimension_bits)s order by value desc, term.name collate "C") as position
  from placed
  join term on term.id = placed.term
  join dimension on dimension.id = term.dimension
  where place <= %(rows)s
)
insert into board_by_language (kind, metric, language, time_window, begins, ends, keys, posts, authors)
select
  case dimension when 'emoji' then dimension else dimension || 's' end,
  metric,
  language,
  %(time_window)s,
  %(begins)s,
  %(ends)s,
  array_agg(term order by position),
  array_agg(posts::bigint order by position),
  array_agg(authors::bigint order by position)
from ranked
where position <= %(rows)s
group by dimension, metric, language
