-- Texts of posts that have been on no board for a day, that were deleted, or whose author is not shown any more. They are
-- few: each is looked up by itself, and no plan can read all accounts for them.
delete from post_text
where
  listed_at < now() - interval '1 day'
  or not (
    select shown
    from account
    where id = post_text.account
  )
  or (
    select true
    from deleted_post
    where deleted_post.account = post_text.account and deleted_post.rkey = post_text.rkey
  )
