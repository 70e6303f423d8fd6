-- Who may do what. The roles themselves are made by sql/roles.sql: they belong to the server, not to this database.
-- Grants are the fence; the limits on sessions are guard rails.

revoke all on all functions in schema skytally from public;
grant usage on schema skytally to skytally_collector, skytally_roller, skytally_resolver, skytally_web;

grant select on all tables in schema skytally to skytally_collector;
grant insert, update on epoch, lane, vitals to skytally_collector;
grant insert on gap, quarantine, rkey, term, event to skytally_collector;
grant insert, update on collection to skytally_collector;
grant insert on account_tally_0, account_tally_1, term_tally_0, term_tally_1,
  network_tally_0, network_tally_1 to skytally_collector;
grant insert, update on account to skytally_collector;
grant insert, update on deleted_post to skytally_collector;
grant execute on function ensure_day(date) to skytally_collector, skytally_roller;
grant execute on function drop_day(text, date), purge_table(), summarize_log() to skytally_roller;

grant select on all tables in schema skytally to skytally_roller;
grant update on fold to skytally_roller;
grant truncate on account_tally_0, account_tally_1, term_tally_0, term_tally_1,
  network_tally_0, network_tally_1 to skytally_roller;
grant insert, update on
  account_minute, account_hour, account_day,
  post_minute, post_hour, post_day,
  term_minute, term_hour, term_day,
  author_minute, author_hour, author_day,
  network_minute, network_hour, network_day,
  total_minute, total_hour, total_day,
  board, board_hour, board_by_actors, board_by_language, best_rank, active_hour, active, active_at to skytally_roller;
grant insert, delete on board_replaced to skytally_roller;
grant delete on board_by_actors, board_by_language to skytally_roller;
grant delete on active_hour, shown_change to skytally_roller;
grant insert, update on purge to skytally_roller;
grant delete on purged_table to skytally_roller;
-- what an account called itself
grant update (handle, display_name, avatar, followers, followers_at) on account to skytally_roller;

grant select on account, board, network to skytally_resolver;
-- whom readers asked for
grant insert (id, did) on account to skytally_resolver;
grant update (handle, display_name, unlisted, avatar, followers, followers_at, resolved_at) on account
  to skytally_resolver;

grant select on network, epoch, lane, gap, vitals, fold, account, event, rkey, collection, metric, dimension, term,
  account_minute, account_hour, account_day,
  post_minute, post_hour, post_day,
  term_minute, term_hour, term_day,
  author_minute, author_hour, author_day,
  network_minute, network_hour, network_day,
  total_minute, total_hour, total_day,
  board, board_replaced, board_hour, board_by_actors, board_by_language, best_rank, active, active_at, deleted_post, shown_change
  to skytally_web;
-- reasons and times, not samples: those may hold what an account has since deleted
grant select (digest, reason, host, lane, epoch, cursor, size, noted_at) on quarantine to skytally_web;

grant execute on function board_at(text, text, text, interval, timestamptz, text) to skytally_web;
grant execute on function post_is_in(bigint, bigint, bigint) to skytally_web;
grant execute on function post_is_gone(bigint, bigint) to skytally_roller, skytally_web;
revoke all on schema cache from public;
grant usage on schema cache to skytally_web, skytally_resolver;
grant select, insert, update, delete on all tables in schema cache to skytally_web;
grant select, delete on cache.asked_handle to skytally_resolver;
