-- To lock what it deletes, as of feed_entry.
grant update on feed_text to skytally_roller;
