-- What came of it.
update overlap
set outcome = %(outcome)s
where epoch = %(epoch)s
