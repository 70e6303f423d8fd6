-- Changes that every cache has followed long since.
delete from shown_change
where at < now() - %(age)s::interval
