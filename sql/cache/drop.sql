delete from cache.entry
where key = %(key)s
