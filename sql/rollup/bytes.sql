-- What the database takes on the disk, without its write-ahead log and without the site's cache, which has a limit of its own.
select pg_database_size(current_database())
  - coalesce((
    select sum(pg_total_relation_size(oid))
    from pg_class
    where relnamespace = 'cache'::regnamespace and relkind = 'r'
  ), 0)::bigint as bytes
