-- The windows whose boards somebody wants as of one fold; all had to be made for one that was wanted.
alter table fold
  drop column boards_asked,
  add column boards_asked text[] not null default '{}';

-- Boards that are not made any more.
grant delete on board to skytally_roller;

-- Written out where it is asked for: a call for each of a thousand posts takes longer than all of the rest.
drop function post_is_in(bigint, bigint, bigint);

-- Who asked to be forgotten: what they do goes every day for as long as they are hidden. Hidden by the operator is another
-- thing, also of an account that was purged once because it was deleted.
alter table purge add column forgotten boolean not null default false;
update purge set forgotten = true from account where account.id = purge.account and account.hidden;

-- The tables of a day, where they are not there. Where they are nobody waits for who makes or drops another.
create or replace function ensure_day(day date) returns void
language plpgsql security definer set search_path = skytally, pg_temp
as $$
declare
  of_day text[] := array[
    'event', 'account_minute', 'post_minute', 'term_minute', 'author_minute',
    'account_hour', 'post_hour', 'term_hour', 'author_hour', 'board_hour'
  ];
  of_month text[] := array['account_day', 'post_day', 'term_day', 'author_day'];
  parent text;
begin
  if not exists (
    select
    from (
      select parents.parent, to_char(day, 'YYYYMMDD') as suffix from unnest(of_day) as parents (parent)
      union all
      select parents.parent, to_char(day, 'YYYYMM') from unnest(of_month) as parents (parent)
    ) as wanted
    where to_regclass(format('skytally.%I', wanted.parent || '_' || wanted.suffix)) is null
  ) then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('skytally ensure_day'));
  foreach parent in array of_day loop
    perform ensure_partition(parent, to_char(day, 'YYYYMMDD'), day, day + 1);
  end loop;
  foreach parent in array of_month loop
    perform ensure_partition(
      parent, to_char(day, 'YYYYMM'), date_trunc('month', day)::date, (date_trunc('month', day) + interval '1 month')::date);
  end loop;
end
$$;

-- Drops a whole day of one table, never rows. What the log drops of follows is copied first, while only that old day is
-- closed to writers; the locks that others wait for come last and are brief. Its caller sets how long it may wait.
create or replace function drop_day(parent text, day date) returns void
language plpgsql security definer set search_path = skytally, pg_temp
as $$
declare
  name text := parent || '_' || to_char(day, 'YYYYMMDD');
begin
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
    perform pg_advisory_xact_lock(hashtext('skytally ensure_day'));
    execute format('alter table %I detach partition %I', parent, name);
    execute format('drop table %I', name);
  end if;
end
$$;

-- Waits for whoever reads the event log just now: where that is not over in time, nothing has to be copied in vain.
create function await_readers() returns void
language plpgsql security definer set search_path = skytally, pg_temp
as $$
begin
  lock table event in access exclusive mode;
end
$$;
revoke execute on function await_readers() from public;
grant execute on function await_readers() to skytally_roller;

-- By record key first, which is a time: what is on a board lies side by side, and so does what is deleted of a day.
alter table deleted_post
  drop constraint deleted_post_pkey,
  add primary key (rkey, account);
