-- The feeds there are, in the operator's order, or the one of this id.
select id, number, definition
from feed
where removed_at is null and (%(id)s::text is null or id = %(id)s)
order by position
