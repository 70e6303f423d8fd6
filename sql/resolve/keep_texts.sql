-- What was said of posts, in place of what was said before.
insert into post_text (account, rkey, text)
select account, rkey, text
from unnest(%(accounts)s::bigint[], %(rkeys)s::bigint[], %(texts)s::text[]) as given (account, rkey, text)
on conflict (account, rkey) do update
set
  text = excluded.text,
  asked_at = excluded.asked_at
