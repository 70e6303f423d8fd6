-- Feeds that have been taken out of the file for good and have no posts any more, with their counts and rankings.
with gone as (
  delete from feed
  where
    removed_at < now() - %(removed_kept)s::interval
    and not exists (select from feed_entry where feed_entry.feed = feed.number)
  returning number
),
uncounted as (
  delete from feed_hour
  using gone
  where feed_hour.feed = gone.number
)
delete from feed_ranking
using gone
where feed_ranking.feed = gone.number
