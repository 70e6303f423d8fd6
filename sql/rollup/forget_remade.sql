-- A post that was deleted and made again is there, and only the log says so: before the day of its making goes, what says
-- that it was deleted does.
delete from deleted_post
using event as made
where
  made.time >= %(day)s::date::timestamp at time zone 'UTC'
  and made.time < (%(day)s::date + 1)::timestamp at time zone 'UTC'
  and made.collection = (
    select id
    from collection
    where name = 'app.bsky.feed.post'
  )
  and made.operation = 'c'
  and made.actor = deleted_post.account
  and made.rkey = deleted_post.rkey
  and made.rev > deleted_post.rev
