-- Custom feeds: what the operator's file says of each, the posts that each has taken, and how many by the hour. A feed takes a
-- post in the transaction that counts it and lets go of it in the one that counts its delete, so both happen exactly once.

create table feed (
  -- the record key of its generator record
  id text primary key check (id ~ '^[A-Za-z0-9._:~-]{1,64}$'),
  -- stands for it in entries; never used again
  number smallint not null unique generated always as identity,
  -- as in the file
  position smallint not null,
  -- all that the file says of it (collector/feeds/rules.py)
  definition jsonb not null,
  -- no longer in the file: not shown, and after a while deleted with all its posts
  removed_at timestamptz
);

-- A post in a feed. Of two that replace each other the later rev stands.
create table feed_entry (
  -- the stream time at which it was accepted, never what its author says
  time timestamptz not null,
  account bigint not null,
  rkey bigint not null,
  rev bigint not null,
  -- what its words and its author make it worth in a scored feed
  worth real not null default 1,
  feed smallint not null,
  -- finds what is deleted; TIDs ascend, so it grows at its right edge
  primary key (rkey, account, feed)
) with (autovacuum_vacuum_scale_factor = 0.02);
-- A page of a feed is a stretch of this, however long the feed is.
create index feed_entry_newest on feed_entry (feed, time desc, rkey desc, account desc);

-- What posts say, where a feed that has taken one needs that.
create table feed_text (
  account bigint not null,
  rkey bigint not null,
  rev bigint not null,
  time timestamptz not null,
  text text not null,
  langs text[] not null,
  -- what detection takes it for, where that is on; null: it can not tell
  detected text,
  confidence real,
  primary key (rkey, account)
);

-- How many posts a feed took and lost, in the hour of the post; a row for each worker, so that none waits for another.
create table feed_hour (
  feed smallint not null,
  hour timestamptz not null,
  lane smallint not null,
  gained bigint not null,
  lost bigint not null,
  primary key (feed, hour, lane)
) with (fillfactor = 50);

-- A scored feed, as it was ranked at a time: kept while somebody may page through it.
create table feed_ranking (
  feed smallint not null,
  made_at timestamptz not null,
  accounts bigint[] not null,
  rkeys bigint[] not null,
  scores real[] not null,
  primary key (feed, made_at)
);

grant select on feed, feed_entry, feed_text, feed_hour to skytally_collector, skytally_roller;
grant insert, update on feed to skytally_collector;
grant insert, update, delete on feed_entry, feed_text to skytally_collector;
grant insert, update on feed_hour to skytally_collector;
grant delete on feed, feed_entry, feed_text, feed_hour to skytally_roller;
-- to lock what it deletes
grant update on feed_entry to skytally_roller;
grant select, insert, delete on feed_ranking to skytally_roller;
grant select on feed, feed_entry, feed_hour, feed_ranking to skytally_web;

create or replace function purgeable() returns table (name text, account_column text, time_column text)
language sql stable set search_path = skytally, pg_temp
as $$
select child.relname::text as name, kept.account_column, kept.time_column
from (
  values
    ('event', 'actor', 'time'),
    ('account_minute', 'account', 'minute'),
    ('account_hour', 'account', 'hour'),
    ('account_day', 'account', 'day'),
    ('post_minute', 'account', 'minute'),
    ('post_hour', 'account', 'hour'),
    ('post_day', 'account', 'day')
) as kept (parent, account_column, time_column)
join pg_inherits on inhparent = format('skytally.%I', kept.parent)::regclass
join pg_class as child on child.oid = inhrelid
union all
values
  ('old_follow', 'actor', 'time'),
  ('best_rank', 'account', 'hour'),
  ('post_text', 'account', null),
  ('feed_entry', 'account', 'time'),
  ('feed_text', 'account', 'time')
$$;
