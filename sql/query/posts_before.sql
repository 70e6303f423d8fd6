-- How many posts an account had before it was counted here, where that is to count.
select posts_before
from account
where id = %(account)s and posts_before is not null
