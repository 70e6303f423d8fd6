-- Posts and replies by language, net of deletes, in the minutes from %(since)s on.
select term.name as language, sum(gained)::bigint as gained, sum(lost)::bigint as lost
from term_minute
join term on term.id = term_minute.term
where
  minute > %(since)s
  and term_minute.dimension = (select id from dimension where name = 'language')
group by term.name
having sum(gained) - sum(lost) > 0
order by sum(gained) - sum(lost) desc, term.name
limit %(limit)s
