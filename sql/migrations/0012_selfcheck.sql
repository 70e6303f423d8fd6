-- What the last self-check found: for metrics and for the page that says how the collector is.
create table selfcheck (
  one boolean primary key default true check (one),
  -- when it ended, and what it took
  at timestamptz not null,
  seconds double precision not null,
  -- what does not add up, each in a line
  differences text[] not null,
  -- the board that has its turn next
  turn integer not null
);

grant select, insert, update on selfcheck to skytally_roller;
grant select on selfcheck to skytally_collector, skytally_web;
