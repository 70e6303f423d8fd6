-- Everything the log has of some records, for losses and for events older than the window.
-- By record key, which is nearly unique: keys ascend with time, so the index stays small and warm.
with given as (
  select actor, rkey, collection
  from unnest(%(actors)s::bigint[], %(rkeys)s::bigint[], %(collections)s::int[]) as g (actor, rkey, collection)
)
select
  time, operation, rev, actor, rkey, collection, subject_account, subject_rkey,
  reply, quote, quote_account, quote_rkey, mentions, terms, media
from given
join event using (rkey, actor, collection)
union all
-- follows that the log has dropped: they are known for ever
select
  time, operation, rev, actor, rkey, collection, subject_account, subject_rkey,
  reply, quote, quote_account, quote_rkey, mentions, terms, media
from given
join old_follow using (rkey, actor, collection)
