-- Days that retention has dropped and something has come for all the same. Minutes go first, so a day that has them has all;
-- for the others nothing is locked.
select ensure_day(day)
from unnest(%(days)s::date[]) as day
where to_regclass('account_minute_' || to_char(day, 'YYYYMMDD')) is null
