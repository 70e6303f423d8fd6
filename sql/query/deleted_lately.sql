-- The latest posts that were deleted, the last one first.
select account, rkey, at
from deleted_lately
where at > %(since)s
order by at desc
limit %(most)s
