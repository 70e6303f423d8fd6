-- What only readers need: totals of the network, boards that somebody may still be paging through, how to find an account
-- by its name, and what a cache has to know.

-- Everybody together. Few rows: never partitioned, never dropped.
create table total_minute (
  minute timestamptz not null,
  metric smallint not null,
  gained bigint not null,
  lost bigint not null,
  primary key (minute, metric)
);
create table total_hour (
  hour timestamptz not null,
  metric smallint not null,
  gained bigint not null,
  lost bigint not null,
  primary key (hour, metric)
);
create table total_day (
  day timestamptz not null,
  metric smallint not null,
  gained bigint not null,
  lost bigint not null,
  primary key (day, metric)
);

-- Boards as they were before the one that stands now, for a quarter of an hour: a list keeps still while one pages.
create table board_replaced (
  kind text not null,
  metric text not null,
  time_window text not null,
  as_of timestamptz not null,
  begins timestamptz not null,
  ends timestamptz not null,
  keys bigint[] not null,
  rkeys bigint[],
  gained bigint[] not null,
  lost bigint[] not null,
  replaced_at timestamptz not null default now(),
  primary key (kind, metric, time_window, as_of)
);

-- A board as it stands now, or as it stood at a time: at the end of an hour, or a little while ago. By records or by actors;
-- by actors nothing is lost, and none is kept for long.
create function board_at(kind text, metric text, time_window text, length interval, at timestamptz, count text)
returns table (
  keys bigint[], rkeys bigint[], gained bigint[], lost bigint[], begins timestamptz, ends timestamptz, as_of timestamptz
)
language sql stable
as $$
  select keys, rkeys, gained, lost, begins, ends, as_of
  from board
  where $6 = 'records' and kind = $1 and metric = $2 and time_window = $3 and ($5 is null or as_of = $5)
  union all
  select keys, rkeys, gained, lost, begins, ends, as_of
  from board_replaced
  where $6 = 'records' and kind = $1 and metric = $2 and time_window = $3 and as_of = $5
  union all
  select
    keys, rkeys, gained, lost, hour + interval '1 hour' - $4, hour + interval '1 hour', hour + interval '1 hour'
  from board_hour
  where
    $6 = 'records' and kind = $1 and metric = $2 and time_window = $3 and hour = $5 - interval '1 hour'
  union all
  select keys, rkeys, actors, array_fill(0::bigint, array[cardinality(actors)]), begins, ends, ends
  from board_by_actors
  where
    $6 = 'actors' and kind = $1 and metric = $2 and time_window = $3
    and case when $5 is null then replaced_at is null else ends = $5 end
  limit 1
$$;

-- Whether a post says that it is in a language, a term; any post if that is null. As far back as the event log has it.
create function post_is_in(account bigint, rkey bigint, language bigint)
returns boolean
language sql stable
as $$
  select
    $3 is null
    or exists (
      select
      from event
      where
        event.rkey = $2
        and event.actor = $1
        and event.collection = (select id from collection where name = 'app.bsky.feed.post')
        and event.operation = 'c'
        and event.terms @> array[$3]
    )
$$;

create index account_handle on account (lower(handle) text_pattern_ops) where handle is not null;
create index account_display_name on account (lower(display_name) text_pattern_ops) where display_name is not null;
create index account_followers on account (followers) where followers is not null;

-- Accounts that are shown no more, or again, and since when: caches follow within seconds.
create table shown_change (
  account bigint primary key,
  at timestamptz not null
);
create index shown_change_at on shown_change (at);

create function note_shown_change() returns trigger
language plpgsql security definer set search_path = skytally, pg_temp
as $$
begin
  insert into shown_change (account, at)
  values (new.id, clock_timestamp())
  on conflict (account) do update set at = excluded.at;
  return null;
end
$$;
create trigger shown_change
after update of active, unlisted, hidden on account
for each row
when (old.shown is distinct from new.shown)
execute function note_shown_change();

-- All that the web role may write. Nothing here is worth keeping.
create schema cache;

-- Finished answers, where there is no memcached. Without a value: somebody is making it.
create unlogged table cache.entry (
  key text primary key,
  value bytea,
  -- the right to make it anew is somebody's until then
  leased_until timestamptz not null,
  expires_at timestamptz not null,
  stored_at timestamptz not null default now()
) with (
  -- what is swept out makes room for what comes, within the minute
  autovacuum_vacuum_scale_factor = 0.02,
  toast.autovacuum_vacuum_scale_factor = 0.02
);
create index entry_expires_at on cache.entry (expires_at);

-- Handles that readers asked for and nobody knows: the resolver's work.
create unlogged table cache.asked_handle (
  handle text primary key check (octet_length(handle) <= 253),
  asked_at timestamptz not null default now()
);
