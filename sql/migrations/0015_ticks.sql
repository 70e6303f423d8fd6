-- Ticks: what each batch added to counts that people watch, for a while. Written in the transaction of the batch, so whoever
-- adds them up has each event once; a row a batch and minute and nothing to wait for, so workers do not meet here. Readers
-- look once a second for what they have not seen: a notification at this rate would have commits wait for each other.
create table tick (
  -- of the batch. What is not visible in the snapshot of the last look is new, whichever commits first
  xid xid8 not null default pg_current_xact_id(),
  -- by the clock, for it is kept by the clock
  at timestamptz not null default clock_timestamp(),
  minute timestamptz not null,
  -- where the tallies of the batch went
  segment smallint not null,
  -- side by side: what is counted (c a collection, t a term, f a first language), of which operation (of terms, d: posts taken
  -- back), the collection or term, and how many
  kinds "char"[] not null,
  operations "char"[] not null,
  keys bigint[] not null,
  amounts integer[] not null
);
create index tick_xid on tick (xid);

alter table fold
  -- of either segment: batches that are visible in this are in the rollups
  add column folded pg_snapshot[] not null default array['1:1:', '1:1:']::pg_snapshot[],
  -- ticks up to this one may have been deleted
  add column ticks_forgotten xid8 not null default '0';

grant select, insert on tick to skytally_collector;
grant select, delete on tick to skytally_roller;
grant select on tick to skytally_web;
