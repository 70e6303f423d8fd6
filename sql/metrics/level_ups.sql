-- Who earned anything in a minute, and what each had earned before it and with it, by a ruleset that takes nothing back. Of
-- very many those who earned most. Every time before is taken from the largest bucket that it is summed up in, but for the
-- day and the hour of the minute: these have the minute itself, and what came after it, if they are summed up already.
with points as (
  select metric, points
  from worth_by(%(ruleset)s)
  where points <> 0
),
earned as (
  select account, sum(gained * points) as experience
  from account_minute
  join points using (metric)
  where minute = %(minute)s
  group by account
  having sum(gained * points) > 0
  order by experience desc, account
  limit %(accounts)s
)
select
  did,
  nullif(handle, 'handle.invalid') as handle,
  (before.experience)::bigint as before,
  (before.experience + earned.experience)::bigint as after
from earned
join account on account.id = earned.account and account.shown
cross join fold
cross join lateral (
  select coalesce(sum(gained * points), 0) as experience
  from (
    select metric, gained
    from account_day
    where
      account = earned.account and metric = any (array(select metric from points))
      and day < least(coalesce(days_to, '-infinity'), date_trunc('day', %(minute)s::timestamptz, 'UTC'))
    union all
    select metric, gained
    from account_hour
    where
      account = earned.account and metric = any (array(select metric from points))
      and hour >= least(coalesce(days_to, '-infinity'), date_trunc('day', %(minute)s::timestamptz, 'UTC'))
      and hour < least(hours_to, date_trunc('hour', %(minute)s::timestamptz, 'UTC'))
    union all
    select metric, gained
    from account_minute
    where
      account = earned.account and metric = any (array(select metric from points))
      and minute = any (array(
        select generate_series(
          least(
            coalesce(hours_to, (select min(minute) from network_minute)), date_trunc('hour', %(minute)s::timestamptz, 'UTC')
          ),
          %(minute)s::timestamptz - interval '1 minute',
          '1 minute'
        )
      ))
  ) as kept
  join points using (metric)
) as before
order by earned.experience desc, did
