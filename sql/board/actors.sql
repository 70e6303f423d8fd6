-- Of everybody on the boards of a window: how many different accounts did what they are ranked by. One pass over the log for
-- what is about one account or post, one for quotes, one for mentions.
with listed as (
  select board.kind, board.metric, each.account, each.rkey
  from board
  cross join lateral unnest(keys, rkeys) as each (account, rkey)
  where
    board.time_window = %(time_window)s
    and kind in ('accounts', 'posts')
),
wanted as (
  select distinct account
  from listed
),
done as (
  select
    event.actor,
    event.subject_account as account,
    event.subject_rkey as rkey,
    case collection.name
      when 'app.bsky.feed.like' then 'likes'
      when 'app.bsky.feed.repost' then 'reposts'
      when 'app.bsky.feed.post' then 'replies'
      else 'followers'
    end as what
  from event
  join wanted on wanted.account = event.subject_account
  join collection on collection.id = event.collection
  where
    event.time >= %(begins)s
    and event.time < %(ends)s
    and event.operation = 'c'
    and event.actor <> event.subject_account
    and collection.name in (
      'app.bsky.feed.like', 'app.bsky.feed.repost', 'app.bsky.feed.post', 'app.bsky.graph.follow'
    )
  union all
  select event.actor, event.quote_account, event.quote_rkey, 'quotes'
  from event
  join wanted on wanted.account = event.quote_account
  where
    event.time >= %(begins)s
    and event.time < %(ends)s
    and event.operation = 'c'
    and event.actor <> event.quote_account
  union all
  select event.actor, mentioned, null, 'mentions'
  from event
  cross join unnest(event.mentions) as mentioned
  join wanted on wanted.account = mentioned
  where
    event.time >= %(begins)s
    and event.time < %(ends)s
    and event.operation = 'c'
    and event.mentions is not null
    and event.actor <> mentioned
),
-- by what boards call it
counted as (
  select distinct listed.kind, listed.metric, listed.account, listed.rkey, done.actor
  from done
  join listed
    on listed.account = done.account
    and (listed.kind = 'accounts' or listed.rkey = done.rkey)
    and (
      listed.metric in (done.what, done.what || '_received')
      or (listed.metric = 'engagement' and done.what in ('likes', 'reposts', 'replies', 'quotes'))
    )
)
select kind, metric, account, coalesce(rkey, 0), count(*)
from counted
group by kind, metric, account, rkey
