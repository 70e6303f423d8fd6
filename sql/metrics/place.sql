-- The place in the order of commits that is now.
select pg_current_snapshot()::text
