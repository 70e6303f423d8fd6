-- What feeds there are, in the order of the file.
select id, number, definition::text
from feed
where removed_at is null
order by position
