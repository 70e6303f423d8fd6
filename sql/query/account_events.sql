-- What an account did in a stretch of the log, newest first, from a place on, and what it earned by it. Who is not shown is
-- no subject; whom somebody blocks is public on the network, and not for us to show. There is always a row: it says what
-- was earned by everything that was looked at, which is all of the stretch, or as far as the page goes.
with found as materialized (
  select
    event.time,
    event.rev,
    event.rkey,
    event.operation,
    collection.name as collection,
    event.collection as number,
    case collection.name
      when 'app.bsky.feed.post' then case when event.reply then 'reply' else 'post' end
      when 'app.bsky.feed.like' then 'like'
      when 'app.bsky.feed.repost' then 'repost'
      when 'app.bsky.graph.follow' then 'follow'
      when 'app.bsky.actor.profile' then 'profile'
      when '#identity' then 'identity'
      when '#account' then 'account'
      else 'other'
    end as type,
    event.media,
    event.subject_account,
    event.subject_rkey
  from event
  join collection on collection.id = event.collection
  where
    event.actor = %(account)s
    and collection.name not in ('app.bsky.graph.block', 'app.bsky.graph.listblock')
    and event.time >= %(from)s
    and event.time < %(to)s
    and (
      %(time)s::timestamptz is null
      -- one commit may have a post and what belongs to it, under one record key in two collections
      or (event.time, event.rev, event.rkey, event.collection)
        < (%(time)s::timestamptz, %(rev)s::bigint, %(key)s::bigint, %(number)s::integer)
    )
),
matching as (
  select time, rev, rkey, number
  from found
  where type = %(type)s::text or %(type)s::text is null
  order by time desc, rev desc, rkey desc, number desc
  limit %(limit)s
),
-- Other types earn too, so they are added up as far as the page goes; what lies behind a full page is not.
walked as (
  select
    found.*,
    case
      when operation <> 'c' then null
      when collection = 'app.bsky.feed.post' then (array['post', 'post_with_media', 'post_with_alt'])[coalesce(media, 0) + 1]
      when collection = 'app.bsky.feed.like' then 'like'
      when collection = 'app.bsky.feed.repost'
        then coalesce((array['repost_of_text', 'repost_of_media', 'repost_of_alt'])[of_media + 1], 'repost_of_unknown')
    end as class
  from found
  -- as the roller has decided it, or not yet
  left join lateral (
    select known.media as of_media
    from media_of(found.subject_account, found.subject_rkey, date_trunc('minute', found.time, 'UTC')) as known
    where
      found.collection = 'app.bsky.feed.repost'
      and found.operation = 'c'
      and found.time < %(decided)s
  ) as reposted on true
  where
    (select count(*) from matching) < greatest(%(limit)s, 1)
    or (time, rev, rkey, number)
      >= (select time, rev, rkey, number from matching order by time, rev, rkey, number limit 1)
),
earned as (
  select
    *,
    coalesce((%(worth)s::jsonb ->> class)::integer, 0) as experience
  from walked
),
added as (
  select
    *,
    -- by what this account did after it, of the same stretch
    (sum(experience) over (order by time desc, rev desc, rkey desc, number desc) - experience)::bigint as later
  from earned
),
page as (
  select *
  from added
  where type = %(type)s::text or %(type)s::text is null
  order by time desc, rev desc, rkey desc, number desc
  limit %(limit)s
)
select
  total.experience as total,
  page.*,
  key.name as key,
  subject.did as subject_did,
  subject_key.name as subject_key
from (select coalesce(sum(experience), 0)::bigint as experience from earned) as total
left join page on true
left join rkey as key on key.id = page.rkey
left join account as subject on subject.id = page.subject_account and subject.shown
left join rkey as subject_key on subject_key.id = page.subject_rkey
order by time desc, rev desc, rkey desc, number desc
