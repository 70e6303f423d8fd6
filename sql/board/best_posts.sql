-- The best of these posts that are shown, with their places in the list, by value and then by what their URIs begin with;
-- of the last author with that value all, for what comes after is not in a table where it is a TID.
-- A post made again after its delete is shown again, as far back as the log says so.
select (given.position - 1)::integer, given.value, account.did, given.rkey, rkey.name
from unnest(%(accounts)s::bigint[], %(rkeys)s::bigint[], %(values)s::bigint[]) with ordinality
  as given (account, rkey, value, position)
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
order by given.value desc, account.did || '/' collate "C"
fetch first (%(rows)s) rows with ties
