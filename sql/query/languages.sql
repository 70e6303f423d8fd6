-- Posts and replies by language, net of deletes, in the minutes from %(since)s on.
select key as language, sum(gained)::bigint as gained, sum(lost)::bigint as lost
from dimension_minute
where
  minute > %(since)s
  and dimension = (select id from dimension where name = 'language')
group by key
having sum(gained) - sum(lost) > 0
order by sum(gained) - sum(lost) desc, key
limit %(limit)s
