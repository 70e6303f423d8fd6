-- How many rows were ever inserted into a table since its server's statistics began, and the watermark.
select n_tup_ins, watermark
from fold
cross join pg_stat_user_tables
where
  relname = %(table)s
  and schemaname = 'skytally'
  and watermark is not null
