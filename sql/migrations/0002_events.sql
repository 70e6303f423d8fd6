-- The event log: one row for every delivered event, and the names its numbers stand for.

-- An account id is the first 64 bits of a salted BLAKE2b of the DID: no lookup, no order of insertion.
-- Two DIDs with one id would end the collector loudly.
create table account (
  id bigint primary key,
  did text not null,
  -- a hint from identity events until it is resolved
  handle text,
  handle_time timestamptz,
  handle_seq bigint,
  active boolean not null default true,
  status text,
  -- the latest account event seen, by (time, seq)
  status_time timestamptz,
  status_seq bigint
);

-- Record keys are nearly always TIDs, which are 63-bit numbers and stand as such. Any other key is a negative
-- hash of its text, and the text stands here.
create table rkey (
  id bigint primary key check (id < 0),
  name text not null
);

create table dimension (
  id smallint primary key,
  name text not null unique
);
insert into dimension (id, name)
values (1, 'language'), (2, 'hashtag'), (3, 'link'), (4, 'domain'), (5, 'emoji');

-- What posts are counted by besides their accounts: one key of one dimension. Its id is a salted hash of the key whose
-- last three bits are the dimension.
create table term (
  id bigint primary key,
  dimension smallint not null generated always as ((id & 7)::smallint) stored,
  name text not null
);

create table collection (
  id integer generated always as identity primary key,
  name text not null unique
);
insert into collection (name)
values
  ('app.bsky.feed.like'),
  ('app.bsky.feed.post'),
  ('app.bsky.feed.repost'),
  ('app.bsky.graph.follow'),
  ('#identity'),
  ('#account');

-- Wide columns first: a like takes 92 bytes with its line pointer.
-- operation: c create, u update, d delete, e an identity or account event.
create table event (
  -- the stream time at first acceptance: its minute is the event's minute
  time timestamptz not null,
  actor bigint not null,
  -- the commit's rev as a number; for identity and account events the upstream seq
  rev bigint not null,
  -- the record key as a number (see rkey); for identity and account events the upstream seq
  rkey bigint not null,
  -- what was liked, reposted, followed or replied to, where that is an account's post or an account
  subject_account bigint,
  subject_rkey bigint,
  quote_account bigint,
  quote_rkey bigint,
  collection integer not null,
  lane smallint not null,
  operation "char" not null,
  -- of posts: has a reply field, quotes a post, distinct mentioned accounts, what else it counts for (see term)
  reply boolean,
  quote boolean,
  mentions bigint[],
  terms bigint[]
) partition by range (time);

-- Finds the create of a delete, and the first acceptance of an old event. TIDs ascend, so the tree grows at its
-- right edge and stays full and warm.
create index event_rkey on event (rkey);
-- Reloads the window of seen keys after a restart; the log is in the order of its times, so this costs nothing.
create index event_time on event using brin (time) with (pages_per_range = 32);
-- What an account did, and what was done to a post: of each stretch of the log a filter that says whom it may be about, a
-- byte an event. It is made once the stretch is full (summarize_log), so writing costs nothing; until then it is read.
create index event_actor on event
using brin (actor int8_bloom_ops (n_distinct_per_range = 2000, false_positive_rate = 0.01))
with (pages_per_range = 32);
create index event_subject on event
using brin (subject_rkey int8_bloom_ops (n_distinct_per_range = 2000, false_positive_rate = 0.01))
with (pages_per_range = 32);
create index event_quote on event
using brin (quote_rkey int8_bloom_ops (n_distinct_per_range = 100, false_positive_rate = 0.01))
with (pages_per_range = 32);

-- Makes the filters of every stretch that has been filled since the last time.
create function summarize_log() returns void
language plpgsql security definer set search_path = skytally, pg_temp
as $$
declare
  filter regclass;
begin
  for filter in
    select indexrelid::regclass
    from pg_inherits
    join pg_index on indrelid = inhrelid
    join pg_class as index on index.oid = indexrelid
    where inhparent = 'event'::regclass and relam = (select oid from pg_am where amname = 'brin')
  loop
    perform brin_summarize_new_values(filter);
  end loop;
end
$$;

-- Follows stay known to their unfollows for ever: what the log drops of them is kept here.
create table old_follow (like event including defaults including constraints);
create index old_follow_rkey on old_follow (rkey);
-- for purges: this table is never dropped, and must not be read whole
create index old_follow_actor on old_follow (actor);
