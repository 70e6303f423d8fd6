-- After a change of host: what of the new host's first minutes had been counted before. It proves that nothing lies
-- between the two, or that something may.

-- One row a run that had to prove it. All times are those of revs, the only clock all hosts share.
create table overlap (
  epoch bigint primary key references epoch,
  host text not null,
  -- the host before delivered everything up to here
  frontier timestamptz not null,
  -- what the new one was asked for again, and of that the part that no run before has looked at
  begins timestamptz not null,
  ends timestamptz not null,
  rewind_s double precision not null,
  -- accepted by a run of the same question that was cut off: recognised since, but not counted before the change
  unknown_before bigint not null default 0,
  -- null: not known yet
  outcome text check (outcome in ('proven', 'deeper', 'gap'))
);

-- What each worker saw, in the transaction of its rows. A worker goes by its first lane.
create table overlap_seen (
  epoch bigint not null references overlap,
  lane smallint not null,
  known bigint not null,
  unknown bigint not null,
  -- where the host began
  earliest timestamptz,
  -- the frontier lies behind it
  passed boolean not null,
  primary key (epoch, lane)
);

grant select, insert, update on overlap, overlap_seen to skytally_collector;
grant select on overlap, overlap_seen to skytally_web;
-- what no host delivers goes on until one does
grant update (to_time) on gap to skytally_collector;
