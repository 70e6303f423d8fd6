-- The best of these posts that are shown, with their places in the list, by value and then by what their URIs begin with;
-- of the last author with that value all, for what comes after is not in a table where it is a TID.
select (given.position - 1)::integer, given.value, account.did, given.rkey, rkey.name
from unnest(%(accounts)s::bigint[], %(rkeys)s::bigint[], %(values)s::bigint[]) with ordinality
  as given (account, rkey, value, position)
join account on account.id = given.account
left join rkey on rkey.id = given.rkey
where
  account.shown
  and not post_is_gone(given.account, given.rkey)
order by given.value desc, account.did || '/' collate "C"
fetch first (%(rows)s) rows with ties
