-- Tallies: amounts to be added to a (bucket, key). Workers append to one of two segments, the roller folds the
-- other one whole and truncates it in the same transaction. A row in either segment is simply not folded yet.

create table metric (
  id smallint primary key,
  name text not null unique
);
insert into metric (id, name)
values
  (1, 'posts'),
  (2, 'replies'),
  (3, 'quotes'),
  (4, 'likes'),
  (5, 'reposts'),
  (6, 'follows'),
  (12, 'replies_received'),
  (13, 'quotes_received'),
  (14, 'likes_received'),
  (15, 'reposts_received'),
  (16, 'mentions_received'),
  (17, 'followers');

-- With rkey: received by that post, and so by its author. Without: made or received by the account itself.
create table account_tally_0 (
  minute timestamptz not null,
  account bigint not null,
  rkey bigint,
  gained integer not null,
  lost integer not null,
  metric smallint not null
) with (autovacuum_enabled = false);
create table account_tally_1 (like account_tally_0) with (autovacuum_enabled = false);

-- With the author of the posts, so that distinct authors can be counted too.
create table term_tally_0 (
  minute timestamptz not null,
  term bigint not null,
  author bigint not null,
  gained integer not null,
  lost integer not null,
  dimension smallint not null
) with (autovacuum_enabled = false);
create table term_tally_1 (like term_tally_0) with (autovacuum_enabled = false);

-- Every event in the log, by what it is.
create table network_tally_0 (
  minute timestamptz not null,
  collection integer not null,
  events integer not null,
  operation "char" not null
) with (autovacuum_enabled = false);
create table network_tally_1 (like network_tally_0) with (autovacuum_enabled = false);

-- segment: where workers write now. watermark: everything delivered up to it is in the rollups.
-- watermark_next: what it becomes when the other segment is folded.
create table fold (
  one boolean primary key default true check (one),
  segment smallint not null default 0 check (segment in (0, 1)),
  watermark timestamptz,
  watermark_next timestamptz,
  folded_at timestamptz
);
insert into fold default values;
