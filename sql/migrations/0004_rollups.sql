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

create table dimension_minute (
  minute timestamptz not null,
  dimension smallint not null,
  key text not null,
  gained integer not null,
  lost integer not null,
  primary key (minute, dimension, key)
);

create table network_minute (
  minute timestamptz not null,
  collection integer not null,
  operation "char" not null,
  events bigint not null,
  primary key (minute, collection, operation)
);
