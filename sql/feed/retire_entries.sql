-- Posts that have been in a feed for as long as they may, or whose feed is no more: some of them at a time. What a worker is
-- just changing is left for the next time.
with ended as (
  select
    number,
    case
      when removed_at is null then %(watermark)s::timestamptz - make_interval(days => (definition ->> 'days')::int)
      when removed_at < now() - %(removed_kept)s::interval then 'infinity'
      else '-infinity'
    end as before
  from feed
)
delete from feed_entry
where ctid = any (array(
  select old.ctid
  from ended
  cross join lateral (
    select feed_entry.ctid
    from feed_entry
    where feed_entry.feed = ended.number and feed_entry.time < ended.before
    order by feed_entry.time
    limit %(rows)s
    for update skip locked
  ) as old
))
