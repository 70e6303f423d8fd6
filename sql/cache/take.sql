select value
from cache.entry
where key = %(key)s
