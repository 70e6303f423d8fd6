-- Accounts that have ceased to be shown in the last days and still are not, and whether that was just now.
select
  did,
  at > now() - %(lately)s::interval as lately
from shown_change
join account on account.id = shown_change.account
where not account.shown
