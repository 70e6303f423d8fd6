-- What reposts are of, of all minutes that every lane has passed: into the tallies that are folded now. They count as reposts
-- already; of a post that nobody knows they stay that.
with due as (
  delete from repost_tally
  where minute < %(known_to)s
  returning minute, account, subject_account, subject_rkey, gained, lost
),
-- many are of one post, which is looked up once. Who reposted it goes along in arrays: a join back could not be planned well,
-- for nobody knows how many are due
asked as materialized (
  select
    minute,
    subject_account,
    subject_rkey,
    array_agg(account) as accounts,
    array_agg(gained) as gained,
    array_agg(lost) as lost
  from due
  group by minute, subject_account, subject_rkey
)
insert into {account_tally} (minute, account, metric, gained, lost)
select
  asked.minute,
  each.account,
  (array[9, 10, 11])[found.media + 1],
  sum(each.gained),
  sum(each.lost)
from asked
cross join lateral media_of(subject_account, subject_rkey, minute) as found
cross join lateral unnest(accounts, asked.gained, asked.lost) as each (account, gained, lost)
where found.media is not null
group by asked.minute, each.account, found.media
