-- The roller forgets that a post was deleted when what says that it was made again leaves the log (rollup/forget_remade.sql).
grant delete on deleted_post to skytally_roller;
