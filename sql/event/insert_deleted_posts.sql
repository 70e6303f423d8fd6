-- Posts that were deleted, by the latest of their deletes; in key order, so that workers can not wait in a circle.
with gone as (
  insert into deleted_post (account, rkey, rev)
  select account, rkey, max(rev)
  from unnest(%(actor)s::bigint[], %(rkey)s::bigint[], %(rev)s::bigint[]) as given (account, rkey, rev)
  group by account, rkey
  order by account, rkey
  on conflict (account, rkey) do update
  set rev = excluded.rev
  where excluded.rev > deleted_post.rev
  returning account, rkey
)
insert into deleted_lately (account, rkey)
select account, rkey
from gone
