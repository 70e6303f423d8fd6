-- The id of a collection, given now if it has none. The update makes the row come back when another worker was first.
insert into collection (name)
values (%(name)s)
on conflict (name) do update
set name = excluded.name
returning id
