-- What posts on boards say, as an AppView tells it, for as long as they stand there. The stream's text is counted and not
-- kept: whoever labels a post or takes it down tells an AppView, and not us.

create table post_text (
  account bigint not null,
  rkey bigint not null,
  -- null: nobody there knows the post, or somebody has labelled it
  text text check (char_length(text) <= 3000),
  asked_at timestamptz not null default now(),
  -- when it was last found on a board, give or take an hour
  listed_at timestamptz not null default now(),
  primary key (account, rkey)
);

grant select, insert, update, delete on post_text to skytally_resolver;
-- which posts not to ask about, and what record keys are called that are no TIDs
grant select on deleted_post, rkey to skytally_resolver;
grant select on post_text to skytally_web;
