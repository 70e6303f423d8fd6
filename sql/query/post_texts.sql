-- What a few posts say, where that is kept. Whoever asks has made sure that they are shown. What a deleted post said is
-- not, though it was made again; what nobody has asked about for days may have been labelled since: no resolver runs.
select account, rkey, text
from unnest(%(accounts)s::bigint[], %(rkeys)s::bigint[]) as post (account, rkey)
join post_text using (account, rkey)
left join deleted_post using (account, rkey)
where
  text is not null
  and asked_at > now() - interval '2 days'
  and deleted_post.rev is null
