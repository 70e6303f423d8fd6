-- Every creation and deletion in the log of some records, for losses and for events older than the window.
-- By record key, which is nearly unique: keys ascend with time, so the index stays small and warm.
select
  time, operation, rev, actor, rkey, collection, subject_account, subject_rkey,
  reply, quote, quote_account, quote_rkey, mentions, languages
from unnest(%(actors)s::bigint[], %(rkeys)s::bigint[], %(collections)s::int[]) as given (actor, rkey, collection)
join event using (rkey, actor, collection)
