-- A page of a board of posts, of all or of those in one language; see board_accounts. A deleted post leaves it at once
-- (post_is_gone, for all of them at once).
with kept as (
  select *
  from board_at('posts', %(metric)s, %(time_window)s, %(length)s, %(at)s, %(count)s)
),
listed as (
  select true as now, each.*
  from kept
  cross join unnest(keys, rkeys, gained, lost) with ordinality as each (key, rkey, gained, lost, position)
  union all
  select false, each.*
  from kept
  cross join board_at(
    'posts', %(metric)s, %(time_window)s, %(length)s, date_trunc('hour', kept.begins, 'UTC'), %(count)s
  ) as before
  cross join unnest(before.keys, before.rkeys, before.gained, before.lost)
    with ordinality as each (key, rkey, gained, lost, position)
),
post as (
  select id
  from collection
  where name = 'app.bsky.feed.post'
),
-- who and what is not shown, looked up all at once and in the order of the indexes
hidden as (
  select id
  from account
  where not shown and id = any (array(select key from listed))
),
gone as (
  select account, rkey
  from deleted_post
  where
    rkey = any (array(select rkey from listed))
    and not exists (
      select
      from event
      where
        event.rkey = deleted_post.rkey
        and event.actor = deleted_post.account
        and event.collection = (select id from post)
        and event.operation = 'c'
        and event.rev > deleted_post.rev
    )
),
shown as materialized (
  select
    now,
    key,
    rkey,
    gained,
    lost,
    row_number() over (partition by now order by position) as rank
  from listed
  where
    key not in (select id from hidden)
    and (key, rkey) not in (select account, rkey from gone)
    and (
      %(language)s::bigint is null
      or exists (
        select
        from event
        where
          event.rkey = listed.rkey
          and event.actor = listed.key
          and event.collection = (select id from post)
          and event.operation = 'c'
          and event.terms @> array[%(language)s::bigint]
      )
    )
),
earlier as materialized (
  select
    array_agg(key order by rank) as keys,
    array_agg(rkey order by rank) as rkeys
  from shown
  where not now
),
listed_here as (
  select *
  from shown
  where now
  order by rank
  offset %(offset)s
  limit %(limit)s
),
page as (
  select
    rank,
    did,
    nullif(handle, 'handle.invalid') as handle,
    key as account,
    listed_here.rkey as number,
    rkey.name as rkey,
    gained - lost as value,
    gained,
    lost,
    (
      select place
      from unnest(array_positions(earlier.rkeys, listed_here.rkey)) as each (place)
      where earlier.keys[place] = key
    ) as previous_rank
  from listed_here
  join account on account.id = listed_here.key
  left join rkey on rkey.id = listed_here.rkey
  cross join earlier
)
select
  kept.begins,
  kept.ends,
  kept.as_of,
  (select count(*) from shown where now) as total,
  page.*
from kept
left join page on true
order by rank
