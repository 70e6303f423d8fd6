-- A page of a board of hashtags, links, domains, emoji or languages of posts in one language; see board_terms.
with kept as (
  select *
  from board_by_language
  where
    kind = %(kind)s
    and metric = %(metric)s
    and time_window = %(time_window)s
    and language = %(language)s
    and case when %(at)s::timestamptz is null then replaced_at is null else ends = %(at)s end
),
listed as (
  select each.key, each.posts, each.authors, each.rank
  from kept
  cross join unnest(kept.keys, kept.posts, kept.authors) with ordinality as each (key, posts, authors, rank)
  order by each.rank
  offset %(offset)s
  limit %(limit)s
),
page as (
  select
    rank,
    term.id as term,
    term.name as key,
    case %(metric)s when 'posts' then posts else authors end as value,
    case %(metric)s when 'posts' then authors else posts end as other_value,
    null::bigint as previous_rank
  from listed
  join term on term.id = listed.key
)
select
  kept.begins,
  kept.ends,
  kept.ends as as_of,
  cardinality(kept.keys) as total,
  page.*
from kept
left join page on true
order by rank
