-- Whose numbers these are, how far they reach, and which run may write them.

-- One database counts one network. The salt keys the account ids, so that nobody outside can craft a collision.
create table network (
  one boolean primary key default true check (one),
  name text not null,
  salt bytea not null default decode(replace(gen_random_uuid()::text, '-', ''), 'hex') check (octet_length(salt) = 16),
  created_at timestamptz not null default now()
);

-- One row a run of the collector group. The only row that is written with a synchronous commit:
-- a worker of an earlier run can never commit again once it is durable.
create table epoch (
  epoch bigint generated always as identity primary key,
  host text not null,
  resume_cursor bigint,
  started_at timestamptz not null default now()
);

-- A lane is a fixed slice of all DIDs. Its row moves in the transaction that carries its rows, or not at all.
create table lane (
  lane smallint primary key check (lane between 0 and 31),
  epoch bigint not null default 0,
  -- batches committed in this epoch
  batch bigint not null default 0,
  -- everything this host delivered for the lane up to here is durable; null before the first batch
  host text,
  cursor bigint,
  -- the same as a stream time, and as the time in rev: the only clock all hosts share
  stream_time timestamptz,
  content_time timestamptz,
  -- running totals since the first run
  events bigint not null default 0,
  duplicates bigint not null default 0,
  quarantined bigint not null default 0
) with (fillfactor = 50);

insert into lane (lane)
select generate_series(0, 31);

-- An interval upstream did not deliver.
create table gap (
  id bigint generated always as identity primary key,
  host text not null,
  from_time timestamptz not null,
  to_time timestamptz not null,
  reason text not null,
  noted_at timestamptz not null default now(),
  unique (host, from_time, to_time, reason)
);

-- Where undecodable and refused events stand, each once. The digest is the packed event key (44 bytes) where there is
-- one, else 16 bytes over the frame. The sample is at most the first 64 KiB.
create table quarantine (
  digest bytea primary key,
  reason text not null,
  host text not null,
  lane smallint not null,
  epoch bigint not null,
  cursor bigint,
  size integer not null,
  sample bytea not null check (octet_length(sample) <= 65536),
  noted_at timestamptz not null default now()
);
create index quarantine_reason on quarantine (reason);

-- What the collector group says of itself, once a second: for status and the site, never for counting.
create table vitals (
  one boolean primary key default true check (one),
  at timestamptz not null,
  started_at timestamptz not null,
  state text not null,
  source text not null,
  detail text not null,
  events_per_second double precision not null,
  queued_bytes bigint not null
);
