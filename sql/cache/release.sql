update cache.entry
set leased_until = '-infinity'
where key = %(key)s and leased_until = %(lease)s
