-- Those of these posts that are shown, with the DIDs of their authors and the record keys that are no TIDs.
-- A post made again after its delete is shown again, as far back as the log says so.
select given.account, given.rkey, account.did, rkey.name
from unnest(%(accounts)s::bigint[], %(rkeys)s::bigint[]) as given (account, rkey)
join account on account.id = given.account
left join rkey on rkey.id = given.rkey
where
  account.shown
  and not exists (
    select
    from deleted_post
    where
      deleted_post.account = given.account
      and deleted_post.rkey = given.rkey
      and not exists (
        select
        from event
        where
          event.rkey = given.rkey
          and event.actor = given.account
          and event.collection = (select id from collection where name = 'app.bsky.feed.post')
          and event.operation = 'c'
          and event.rev > deleted_post.rev
      )
  )
