-- Accounts that have ceased to be shown in the last days and still are not, since when, and whether that was just now.
select
  did,
  at,
  at > now() - %(lately)s::interval as lately
from shown_change
join account on account.id = shown_change.account
where not account.shown
