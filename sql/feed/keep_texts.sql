-- What posts say that were taken by feeds which need that.
with given as (
  select distinct on (rkey, account)
    account,
    rkey,
    rev,
    timestamptz 'epoch' + time_us * interval '1 microsecond' as time,
    text,
    langs::text[] as langs,
    detected,
    confidence
  from unnest(
    %(accounts)s::bigint[], %(rkeys)s::bigint[], %(revs)s::bigint[], %(times_us)s::bigint[], %(texts)s::text[],
    %(langs)s::text[], %(detected)s::text[], %(confidences)s::real[]
  ) as given (account, rkey, rev, time_us, text, langs, detected, confidence)
  order by rkey, account, rev desc
)
insert into feed_text as kept (account, rkey, rev, time, text, langs, detected, confidence)
select *
from given
where exists (
  select
  from feed_entry
  where feed_entry.rkey = given.rkey and feed_entry.account = given.account and feed_entry.rev <= given.rev
)
on conflict (rkey, account) do update
set
  rev = excluded.rev,
  text = excluded.text,
  langs = excluded.langs,
  detected = excluded.detected,
  confidence = excluded.confidence
where excluded.rev > kept.rev
