-- What was said of accounts, unless an identity event has come since they were asked about: then it may be old. A profile
-- that came with the stream is newer than anything an AppView has.
update account
set
  handle = given.handle,
  avatar = given.avatar,
  followers = given.followers,
  followers_at = now(),
  resolved_at = now(),
  display_name = case when profile_rev is null then given.display_name else account.display_name end,
  unlisted = case when profile_rev is null then given.unlisted else account.unlisted end,
  -- for ever what it was at first; while there is much to catch up with, posts are still to be counted that it has already
  posts_before = coalesce(
    posts_before,
    case
      when given.posts is not null and (select watermark > now() - %(behind_max)s::interval from fold)
        then greatest(given.posts - posts_counted(account.id), 0)
    end
  )
from unnest(
  %(ids)s::bigint[], %(seqs)s::bigint[], %(handles)s::text[], %(display_names)s::text[], %(avatars)s::text[],
  %(followers)s::bigint[], %(unlisted)s::boolean[], %(posts)s::bigint[]
) as given (id, seq, handle, display_name, avatar, followers, unlisted, posts)
where
  account.id = given.id
  and account.handle_seq is not distinct from given.seq
