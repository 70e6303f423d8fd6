-- End the sessions of earlier runs: a frozen worker must not hold lanes in an open transaction.
select pg_terminate_backend(pid)
from pg_stat_activity
where
  datname = current_database()
  and usename = session_user
  and application_name like 'skytally worker%%'
  and pid <> pg_backend_pid()
