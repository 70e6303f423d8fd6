-- A ruleset, with what one more of each metric is worth by it; without it, the names that there are.
select
  names.all as names,
  ruleset.*,
  deletes = 'keep' as keeps,
  (select jsonb_object_agg(worth.name, points) from worth_by(ruleset.name) as worth) as worth
from (select array_agg(name order by built_in desc, name) as all from ruleset) as names
left join ruleset on ruleset.name = %(name)s
