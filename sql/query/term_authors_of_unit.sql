-- How many different accounts wrote what a term gained, by a bucket that is kept as it is: there an author is one row, so
-- they need not be told apart.
select
  term,
  {unit} as time,
  count(*) as gained,
  0::bigint as lost
from unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) as span (begins, ends)
join {authors}
  on term = %(term)s
  and {unit} >= begins
  and {unit} < ends
group by 1, 2
order by 1, 2
