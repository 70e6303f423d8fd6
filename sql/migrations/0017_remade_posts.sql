-- A post that was deleted and made again is there, and only the log said so: when the day of its making goes, so does what
-- says that it was deleted. All else of drop_day is as it was (0004_rollups.sql).
create or replace function drop_day(parent text, day date) returns void
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
      execute format(
        'delete from deleted_post using %I as made'
        ' where made.collection = (select id from collection where name = %L) and made.operation = ''c'''
        ' and made.rkey = deleted_post.rkey and made.actor = deleted_post.account and made.rev > deleted_post.rev',
        name, 'app.bsky.feed.post');
    end if;
    execute format('alter table %I detach partition %I', parent, name);
    execute format('drop table %I', name);
  end if;
end
$$;
