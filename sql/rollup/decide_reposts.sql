-- What reposts are of, of all minutes that every lane has passed: into the tallies that are folded now. They count as reposts
-- already; of a post that nobody knows they stay that.
with due as (
  delete from repost_tally
  where minute < %(known_to)s
  returning minute, account, subject_account, subject_rkey, gained, lost
),
-- many are of one post
asked as materialized (
  select distinct minute, subject_account, subject_rkey
  from due
),
known as materialized (
  select asked.*, found.media
  from asked
  cross join lateral media_of(subject_account, subject_rkey, minute) as found
  where found.media is not null
)
insert into {account_tally} (minute, account, metric, gained, lost)
select
  due.minute,
  due.account,
  (array[9, 10, 11])[known.media + 1],
  sum(due.gained),
  sum(due.lost)
from due
join known using (minute, subject_account, subject_rkey)
group by due.minute, due.account, known.media
