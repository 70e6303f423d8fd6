select true as deleted
where post_is_gone(%(account)s, %(rkey)s)
