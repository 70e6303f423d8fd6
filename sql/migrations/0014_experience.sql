-- Experience: what an account earns by what it does. It is made of counts by class, which are metrics like any other and so
-- are kept by the day for ever: what is worth how much (a ruleset) can change at any time, and nothing is counted again.

-- Beside what they count already (posts, replies, reposts), and never both: a post with media and no alternative text, a post
-- with media and alternative text; a repost of a post whose kind is known. What is left of posts and replies has no media,
-- what is left of reposts is of posts that nobody knows.
insert into metric (id, name)
values
  (7, 'posts_with_media'),
  (8, 'posts_with_alt'),
  (9, 'reposts_of_text'),
  (10, 'reposts_of_media'),
  (11, 'reposts_of_alt');

-- Of a created post: 0 no media, 1 media, 2 media with alternative text. Of a post logged before this column: null.
alter table event add column media smallint;
alter table old_follow add column media smallint;

-- Reposts, until it is known what of: that is another lane's to say, so the roller decides once all lanes have come to the
-- end of their minute. gained: made in this minute; lost: taken back in it. What is decided is deleted: one event of fifteen
-- comes here, and it may wait for several folds.
create table repost_tally (
  minute timestamptz not null,
  account bigint not null,
  subject_account bigint not null,
  subject_rkey bigint not null,
  gained integer not null,
  lost integer not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);

-- What is worth how much.
create table ruleset (
  name text primary key check (name ~ '^[a-z][a-z0-9_-]{0,30}$'),
  -- one more with every change
  version integer not null default 1,
  changed_at timestamptz not null default now(),
  -- ours: it can not be changed
  built_in boolean not null default false,
  post integer not null check (post >= 0),
  post_with_media integer not null check (post_with_media >= 0),
  post_with_alt integer not null check (post_with_alt >= 0),
  "like" integer not null check ("like" >= 0),
  repost_of_text integer not null check (repost_of_text >= 0),
  repost_of_media integer not null check (repost_of_media >= 0),
  repost_of_alt integer not null check (repost_of_alt >= 0),
  repost_of_unknown integer not null check (repost_of_unknown >= 0),
  -- of each post from before the account was counted here
  post_before integer not null default 0 check (post_before >= 0),
  -- whether a delete takes back what was earned
  deletes text not null check (deletes in ('keep', 'return'))
);
insert into ruleset
  (name, built_in, post, post_with_media, post_with_alt, "like",
   repost_of_text, repost_of_media, repost_of_alt, repost_of_unknown, post_before, deletes)
values
  ('article', true, 50, 60, 70, 10, 50, 60, 70, 50, 0, 'keep'),
  ('code', true, 30, 130, 180, 10, 10, 10, 10, 10, 30, 'keep');

-- Posts that an account had before it was counted here: what an AppView said when it was first asked, less what had been
-- counted by then. Null: nobody asked, or they are not to count.
alter table account add column posts_before bigint;

-- What one more of each metric is worth by a ruleset: of what has a class of its own, what that is worth more.
create function worth_by(ruleset text)
returns table (metric smallint, name text, points integer, keeps boolean)
language sql stable
as $$
  select metric.id, metric.name, worth.points, ruleset.deletes = 'keep'
  from ruleset
  cross join lateral (
    values
      ('posts', post),
      ('replies', post),
      ('posts_with_media', post_with_media - post),
      ('posts_with_alt', post_with_alt - post),
      ('likes', "like"),
      ('reposts', repost_of_unknown),
      ('reposts_of_text', repost_of_text - repost_of_unknown),
      ('reposts_of_media', repost_of_media - repost_of_unknown),
      ('reposts_of_alt', repost_of_alt - repost_of_unknown)
  ) as worth (metric, points)
  join metric on metric.name = worth.metric
  where ruleset.name = $1
$$;

-- Posts and replies of an account that are counted and were not taken back. Each time is taken from the largest bucket that
-- it is summed up in.
create function posts_counted(account bigint)
returns bigint
language sql stable
as $$
  select coalesce(sum(gained - lost), 0)::bigint
  from (
    select metric, gained, lost
    from account_day, fold
    where account_day.account = $1 and day < days_to
    union all
    select metric, gained, lost
    from account_hour, fold
    where account_hour.account = $1 and hour >= coalesce(days_to, '-infinity') and hour < hours_to
    union all
    select metric, gained, lost
    from fold
    cross join generate_series(
      coalesce(hours_to, (select min(minute) from network_minute)), watermark, interval '1 minute'
    ) as each (start)
    join account_minute on minute = each.start and account_minute.account = $1
  ) as kept
  join metric on metric.id = kept.metric and metric.name in ('posts', 'replies')
$$;

-- What a reposted post has, as known to a repost of this minute: of its creates in the seven days before the minute's end the
-- latest. No row, or null: nobody knows. To be joined laterally, so that it is planned with the query.
create function media_of(account bigint, rkey bigint, minute timestamptz)
returns table (media smallint)
language sql stable
as $$
  select media
  from event
  where
    event.rkey = $2
    and event.actor = $1
    and event.collection = (select id from collection where name = 'app.bsky.feed.post')
    and event.operation = 'c'
    and event.time >= $3 + interval '1 minute' - interval '7 days'
    and event.time < $3 + interval '1 minute'
  order by rev desc
  limit 1
$$;

grant select, insert on repost_tally to skytally_collector;
grant select, delete on repost_tally to skytally_roller;
grant insert on account_tally_0, account_tally_1 to skytally_roller;
grant select on epoch, overlap to skytally_roller;
grant select on account_day, account_hour, account_minute, network_minute, fold, metric to skytally_resolver;
grant update (posts_before) on account to skytally_resolver, skytally_roller;
revoke all on function media_of(bigint, bigint, timestamptz), posts_counted(bigint), worth_by(text) from public;
grant execute on function posts_counted(bigint) to skytally_resolver;
grant execute on function media_of(bigint, bigint, timestamptz) to skytally_roller, skytally_web;
grant execute on function worth_by(text) to skytally_web;
grant select on ruleset to skytally_web;
