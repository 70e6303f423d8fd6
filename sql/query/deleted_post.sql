select true as deleted
from deleted_post
where account = %(account)s and rkey = %(rkey)s
