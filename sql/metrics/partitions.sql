-- How many partitions each table has.
select inhparent::regclass::text, count(*)
from pg_inherits
join pg_class on pg_class.oid = inhparent
where relkind = 'p' and relnamespace = 'skytally'::regnamespace
group by inhparent
