-- Posts that were deleted in the last days, by when that was written: caches follow within seconds. `deleted_post` keeps
-- them for ever and knows no time of ours.
create table deleted_lately (
  account bigint not null,
  rkey bigint not null,
  at timestamptz not null default clock_timestamp()
);
create index deleted_lately_at on deleted_lately (at);

grant insert on deleted_lately to skytally_collector;
grant select, delete on deleted_lately to skytally_roller;
grant select on deleted_lately to skytally_web;
