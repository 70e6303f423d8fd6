-- Who did something to a post in a stretch of the log and has not taken it back, from a place on.
with found as (
  select event.time, event.rev, event.rkey, event.actor
  from event
  join collection on collection.id = event.collection
  where
    {subject_rkey} = %(rkey)s
    and {subject_account} = %(account)s
    and collection.name = %(collection)s
    and event.operation = 'c'
    and event.actor <> %(account)s
    and event.time >= %(from)s
    and event.time < %(to)s
    and (
      %(time)s::timestamptz is null
      or (event.time, event.rev, event.actor) {beyond} (%(time)s::timestamptz, %(rev)s::bigint, %(key)s::bigint)
    )
    and not exists (
      select
      from event as undone
      where
        undone.rkey = event.rkey
        and undone.actor = event.actor
        and undone.collection = event.collection
        and undone.operation = 'd'
        and undone.rev > event.rev
    )
)
select
  found.time,
  found.rev,
  found.actor,
  found.rkey,
  key.name as key,
  account.did,
  nullif(account.handle, 'handle.invalid') as handle,
  account.display_name
from found
join account on account.id = found.actor and account.shown
left join rkey as key on key.id = found.rkey
order by time {direction}, rev {direction}, actor {direction}
limit %(limit)s
