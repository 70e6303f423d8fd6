-- Rollups by the minute. A row that would be zero is not there.

create table account_minute (
  minute timestamptz not null,
  account bigint not null,
  metric smallint not null,
  gained integer not null,
  lost integer not null,
  primary key (minute, account, metric)
);

-- What a post received: likes, reposts, replies, quotes.
create table post_minute (
  minute timestamptz not null,
  account bigint not null,
  rkey bigint not null,
  metric smallint not null,
  gained integer not null,
  lost integer not null,
  primary key (minute, account, rkey, metric)
);

-- Posts and replies by what they are about.
create table term_minute (
  minute timestamptz not null,
  term bigint not null,
  gained integer not null,
  lost integer not null,
  dimension smallint not null,
  primary key (dimension, minute, term)
);

-- Who wrote the posts that a term gained.
create table author_minute (
  minute timestamptz not null,
  term bigint not null,
  author bigint not null,
  primary key (term, minute, author)
);

create table network_minute (
  minute timestamptz not null,
  collection integer not null,
  operation "char" not null,
  events bigint not null,
  primary key (minute, collection, operation)
);
