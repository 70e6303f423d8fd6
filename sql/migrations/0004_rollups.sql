-- Rollups by the minute, the hour and the day. A row that would be zero is not there.
-- An hour is summed from its minutes when the watermark has passed it, a day from its hours; what comes for them later
-- is added by the fold that brings it (fold.hours_to, fold.days_to).
-- Minutes begin with their time, for they are written as they come; hours and days with what is looked up.

create table account_minute (
  minute timestamptz not null,
  account bigint not null,
  metric smallint not null,
  gained integer not null,
  lost integer not null,
  primary key (minute, account, metric)
) partition by range (minute);
create table account_hour (
  hour timestamptz not null,
  account bigint not null,
  metric smallint not null,
  gained integer not null,
  lost integer not null,
  -- with the amounts: an account's hours lie side by side here, and all over the table
  primary key (account, metric, hour) include (gained, lost)
) partition by range (hour);
create table account_day (
  day timestamptz not null,
  account bigint not null,
  metric smallint not null,
  gained integer not null,
  lost integer not null,
  primary key (account, metric, day)
) partition by range (day);

-- What a post received: likes, reposts, replies, quotes.
create table post_minute (
  minute timestamptz not null,
  account bigint not null,
  rkey bigint not null,
  metric smallint not null,
  gained integer not null,
  lost integer not null,
  primary key (minute, account, rkey, metric)
) partition by range (minute);
create table post_hour (
  hour timestamptz not null,
  account bigint not null,
  rkey bigint not null,
  metric smallint not null,
  gained integer not null,
  lost integer not null,
  primary key (account, rkey, metric, hour)
) partition by range (hour);
create table post_day (
  day timestamptz not null,
  account bigint not null,
  rkey bigint not null,
  metric smallint not null,
  gained integer not null,
  lost integer not null,
  primary key (account, rkey, metric, day)
) partition by range (day);

-- Posts and replies by what they are about.
create table term_minute (
  minute timestamptz not null,
  term bigint not null,
  gained integer not null,
  lost integer not null,
  dimension smallint not null,
  primary key (dimension, minute, term)
) partition by range (minute);
create table term_hour (
  hour timestamptz not null,
  term bigint not null,
  gained integer not null,
  lost integer not null,
  dimension smallint not null,
  primary key (dimension, term, hour)
) partition by range (hour);
create table term_day (
  day timestamptz not null,
  term bigint not null,
  gained integer not null,
  lost integer not null,
  dimension smallint not null,
  primary key (dimension, term, day)
) partition by range (day);

-- Who wrote the posts that a term gained.
create table author_minute (
  minute timestamptz not null,
  term bigint not null,
  author bigint not null,
  primary key (term, minute, author)
) partition by range (minute);
create table author_hour (
  hour timestamptz not null,
  term bigint not null,
  author bigint not null,
  primary key (term, hour, author)
) partition by range (hour);
create table author_day (
  day timestamptz not null,
  term bigint not null,
  author bigint not null,
  primary key (term, day, author)
) partition by range (day);

-- Every event in the log, by what it is. Few rows: never partitioned, never dropped.
create table network_minute (
  minute timestamptz not null,
  collection integer not null,
  operation "char" not null,
  events bigint not null,
  primary key (minute, collection, operation)
);
create table network_hour (
  hour timestamptz not null,
  collection integer not null,
  operation "char" not null,
  events bigint not null,
  primary key (hour, collection, operation)
);
create table network_day (
  day timestamptz not null,
  collection integer not null,
  operation "char" not null,
  events bigint not null,
  primary key (day, collection, operation)
);

alter table fold
  -- hours and days before these are in their rollups
  add column hours_to timestamptz,
  add column days_to timestamptz;

-- Makes the day's partition of every table kept by the day, and its month's of those kept by the month. By whoever
-- needs it first: attaching takes no lock that a running COPY would wait for.
create function ensure_day(day date) returns void
language plpgsql security definer set search_path = skytally, pg_temp
as $$
declare
  parent text;
begin
  perform pg_advisory_xact_lock(hashtext('skytally ensure_day'));
  foreach parent in array array[
    'event', 'account_minute', 'post_minute', 'term_minute', 'author_minute',
    'account_hour', 'post_hour', 'term_hour', 'author_hour', 'board_hour'
  ] loop
    perform ensure_partition(parent, to_char(day, 'YYYYMMDD'), day, day + 1);
  end loop;
  foreach parent in array array['account_day', 'post_day', 'term_day', 'author_day'] loop
    perform ensure_partition(
      parent, to_char(day, 'YYYYMM'), date_trunc('month', day)::date, (date_trunc('month', day) + interval '1 month')::date);
  end loop;
end
$$;

create function ensure_partition(parent text, suffix text, begins date, ends date) returns void
language plpgsql set search_path = skytally, pg_temp
as $$
declare
  name text := parent || '_' || suffix;
begin
  if to_regclass(format('skytally.%I', name)) is null then
    execute format('create table %I (like %I including defaults including constraints)', name, parent);
    execute format(
      'alter table %I attach partition %I for values from (%L) to (%L)',
      parent, name, begins::timestamp at time zone 'UTC', ends::timestamp at time zone 'UTC');
  end if;
end
$$;

-- Drops a whole day of one table, never rows. What the log drops of follows is copied first, while only that old day is
-- closed to writers; the lock that everybody waits for comes last and is brief. Its caller sets how long it may wait.
create function drop_day(parent text, day date) returns void
language plpgsql security definer set search_path = skytally, pg_temp
as $$
declare
  name text := parent || '_' || to_char(day, 'YYYYMMDD');
begin
  perform pg_advisory_xact_lock(hashtext('skytally ensure_day'));
  if parent not in (
    'event', 'account_minute', 'post_minute', 'term_minute', 'author_minute',
    'account_hour', 'post_hour', 'term_hour', 'author_hour', 'board_hour'
  ) then
    raise exception 'table % is not kept by the day', parent;
  end if;
  if to_regclass(format('skytally.%I', name)) is not null then
    if parent = 'event' then
      execute format('lock table %I in share mode', name);
      -- follows stay known to their unfollows for ever; by actor, so that their index grows side by side
      execute format(
        'insert into old_follow select * from %I'
        ' where collection = (select id from collection where name = %L) and operation in (''c'', ''d'')'
        ' order by actor, rkey',
        name, 'app.bsky.graph.follow');
    end if;
    execute format('alter table %I detach partition %I', parent, name);
    execute format('drop table %I', name);
  end if;
end
$$;
