-- Which of these minutes nothing was ever added to. Every tally's minute has one of the network, whose minutes no purge and no
-- retention takes; accounts are asked all the same, for a row that is not looked for must not be there.
select asked.minute
from unnest(%(minutes)s::timestamptz[]) as asked (minute)
where
  not exists (select from network_minute where network_minute.minute = asked.minute)
  and not exists (select from account_minute where account_minute.minute = asked.minute)
