-- What posts say that no feed needs any more: each for so many days.
delete from feed_text as kept
where not exists (
  select
  from feed_entry as entry
  join unnest(%(feeds)s::smallint[], %(begins)s::timestamptz[]) as needs (feed, begins) on needs.feed = entry.feed
  where entry.rkey = kept.rkey and entry.account = kept.account and entry.time >= needs.begins
)
