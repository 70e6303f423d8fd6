-- A ranking of a feed, made now; those before it stay for as long as somebody may page through them.
with old as (
  delete from feed_ranking
  where feed = %(feed)s and made_at < now() - %(paged)s::interval
)
insert into feed_ranking (feed, made_at, accounts, rkeys, scores)
values (%(feed)s, now(), %(accounts)s::bigint[], %(rkeys)s::bigint[], %(scores)s::real[])
