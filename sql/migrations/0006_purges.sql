-- Purges: what a deleted account has left is deleted, one table after another. What it did to others stays in theirs.

create table purge (
  account bigint primary key,
  -- what is of a time before this has gone or is going, and is not known any more
  before timestamptz not null,
  -- it is known to deletes of a stream time before this; nothing goes before the watermark has come here
  known_to timestamptz not null,
  -- null: in work
  done_at timestamptz
);
create index purge_in_work on purge (account) where done_at is null;
create index account_deleted on account (id) where status = 'deleted' and not active;

-- The tables that the purge in work is through with.
create table purged_table (
  name text primary key
);

-- The tables with rows that belong to one account, and by which columns; without a time all of them go.
create function purgeable() returns table (name text, account_column text, time_column text)
language sql stable set search_path = skytally, pg_temp
as $$
select child.relname::text as name, kept.account_column, kept.time_column
from (
  values
    ('event', 'actor', 'time'),
    ('account_minute', 'account', 'minute'),
    ('account_hour', 'account', 'hour'),
    ('account_day', 'account', 'day'),
    ('post_minute', 'account', 'minute'),
    ('post_hour', 'account', 'hour'),
    ('post_day', 'account', 'day')
) as kept (parent, account_column, time_column)
join pg_inherits on inhparent = format('skytally.%I', kept.parent)::regclass
join pg_class as child on child.oid = inhrelid
union all
values ('old_follow', 'actor', 'time'), ('best_rank', 'account', 'hour'), ('post_text', 'account', null)
$$;

-- Takes the accounts in work out of the next table that has not had its turn; returns how many are left after it.
create function purge_table() returns integer
language plpgsql security definer set search_path = skytally, pg_temp
as $$
declare
  next record;
begin
  select table_of_accounts.*
  into next
  from purgeable() as table_of_accounts
  where name not in (select purged_table.name from purged_table)
  order by name
  limit 1;
  if found then
    execute format(
      'delete from %I as kept using purge where purge.done_at is null and kept.%I = purge.account and %s',
      next.name, next.account_column,
      case when next.time_column is null then 'true' else format('kept.%I < purge.before', next.time_column) end);
    insert into purged_table (name) values (next.name);
  end if;
  return (
    select count(*)
    from purgeable()
    where name not in (select purged_table.name from purged_table)
  );
end
$$;
