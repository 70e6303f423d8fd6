-- Boards: ranked lists, one row each, its rows side by side in arrays. One as it stands now, and one for the end of
-- each hour.

create table board (
  kind text not null,
  metric text not null,
  time_window text not null,
  -- the watermark that it was made at, and the fold after which: what is folded later is not in it
  as_of timestamptz not null,
  folds bigint not null,
  begins timestamptz not null,
  ends timestamptz not null,
  -- accounts, the accounts of posts, or terms; best first
  keys bigint[] not null,
  -- of posts
  rkeys bigint[],
  gained bigint[] not null,
  lost bigint[] not null,
  primary key (kind, metric, time_window)
);

-- The window that ends with this hour.
create table board_hour (
  hour timestamptz not null,
  kind text not null,
  metric text not null,
  time_window text not null,
  keys bigint[] not null,
  rkeys bigint[],
  gained bigint[] not null,
  lost bigint[] not null,
  primary key (kind, metric, time_window, hour)
) partition by range (hour);

-- What gained much in an hour or a day: the keys that can be on a board of a longer window (collector/closed.py). Few
-- of all rows, and always as right as the rows themselves.
create index account_hour_heavy on account_hour (metric, hour, gained) include (account) where gained >= 2;
create index account_day_heavy on account_day (metric, day, gained) include (account) where gained >= 2;
create index post_hour_heavy on post_hour (metric, hour, gained) include (account, rkey) where gained >= 2;
create index post_day_heavy on post_day (metric, day, gained) include (account, rkey) where gained >= 2;
create index term_hour_heavy on term_hour (dimension, hour, gained) include (term) where gained >= 2;
create index term_day_heavy on term_day (dimension, day, gained) include (term) where gained >= 2;

-- A board's rows once more, ranked by how many different accounts did what it counts; of windows that the event log has.
create table board_by_actors (
  kind text not null,
  metric text not null,
  time_window text not null,
  begins timestamptz not null,
  ends timestamptz not null,
  keys bigint[] not null,
  rkeys bigint[],
  actors bigint[] not null,
  -- null: it is the one that stands; those before it are kept for a while
  replaced_at timestamptz,
  primary key (kind, metric, time_window, ends)
);

-- What posts in one language (a term) are about, of windows that the event log has.
create table board_by_language (
  kind text not null,
  metric text not null,
  language bigint not null,
  time_window text not null,
  begins timestamptz not null,
  ends timestamptz not null,
  keys bigint[] not null,
  posts bigint[] not null,
  authors bigint[] not null,
  -- null: it is the one that stands; those before it are kept for a while
  replaced_at timestamptz,
  primary key (kind, metric, language, time_window, ends)
);

-- Deleted posts, by the rev of the delete: they leave every list at once, and so for ever.
create table deleted_post (
  account bigint not null,
  rkey bigint not null,
  rev bigint not null,
  primary key (account, rkey)
);

-- Whether a post is deleted and was not made again, as far back as the log says so.
create function post_is_gone(account bigint, rkey bigint)
returns boolean
language sql stable
as $$
  select exists (
    select
    from deleted_post
    where
      deleted_post.account = $1
      and deleted_post.rkey = $2
      and not exists (
        select
        from event
        where
          event.rkey = $2
          and event.actor = $1
          and event.collection = (select id from collection where name = 'app.bsky.feed.post')
          and event.operation = 'c'
          and event.rev > deleted_post.rev
      )
  )
$$;

alter table account
  -- what its profile says, as of which rev; unlisted: not to be shown to those who are not signed in
  add column display_name text,
  add column unlisted boolean not null default false,
  add column profile_rev bigint,
  -- by the operator's wish: counted, and not shown
  add column hidden boolean not null default false,
  add column shown boolean not null generated always as (active and not unlisted and not hidden) stored;

alter table fold
  -- how often anything was folded
  add column folds bigint not null default 0,
  -- boards of the hours before this are kept
  add column boards_to timestamptz,
  -- somebody wants all boards as of now
  add column boards_asked boolean not null default false,
  -- the disk budget has shortened the event log to begin with this day
  add column log_from date;

-- Who was active, which is who made a post, reply, like, repost or follow: a sketch of each hour that is summed up
-- (collector/sketch.py). One that is not there is made anew.
create table active_hour (
  hour timestamptz primary key,
  registers bytea not null
);

-- How many accounts were: in each window as it stands now, and as it stood at the end of each hour.
create table active (
  time_window text primary key,
  as_of timestamptz not null,
  folds bigint not null,
  begins timestamptz not null,
  ends timestamptz not null,
  accounts bigint not null
);
create table active_at (
  hour timestamptz not null,
  time_window text not null,
  accounts bigint not null,
  primary key (time_window, hour)
);

-- The best that an account ever was on a board of an hour's end, and when first.
create table best_rank (
  account bigint not null,
  metric text not null,
  time_window text not null,
  rank integer not null,
  hour timestamptz not null,
  primary key (account, metric, time_window)
);
