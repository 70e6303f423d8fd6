-- Every table has had its turn. What the account called itself goes too; its DID stays, for it says whom not to show.
with done as (
  update purge
  set done_at = now()
  where done_at is null
  returning account
),
named as (
  update account
  set
    handle = null,
    display_name = null,
    avatar = null,
    followers = null,
    followers_at = null,
    posts_before = null
  from done
  where
    id = done.account
    and (hidden or (status = 'deleted' and not active))
),
cleared as (
  delete from purged_table
)
select coalesce(array_agg(account), array[]::bigint[])
from done
