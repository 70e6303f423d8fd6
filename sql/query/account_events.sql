-- What an account did in a stretch of the log, newest first, from a place on. Who is not shown is no subject; whom somebody
-- blocks is public on the network, and not for us to show.
with found as (
  select
    event.time,
    event.rev,
    event.rkey,
    event.operation,
    collection.name as collection,
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
      or (event.time, event.rev, event.rkey) < (%(time)s::timestamptz, %(rev)s::bigint, %(key)s::bigint)
    )
),
page as (
  select *
  from found
  where type = %(type)s::text or %(type)s::text is null
  order by time desc, rev desc, rkey desc
  limit %(limit)s
)
select
  page.*,
  key.name as key,
  subject.did as subject_did,
  subject_key.name as subject_key
from page
left join rkey as key on key.id = page.rkey
left join account as subject on subject.id = page.subject_account and subject.shown
left join rkey as subject_key on subject_key.id = page.subject_rkey
order by time desc, rev desc, rkey desc
