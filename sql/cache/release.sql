update cache.entry
set leased_until = '-infinity'
where key = %(key)s
