-- Accounts that have ceased to be shown lately and still are not.
select did
from shown_change
join account on account.id = shown_change.account
where not account.shown
