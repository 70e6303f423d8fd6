-- Sketches older than hours are kept: a few rows, as often as an hour ends.
delete from active_hour
where hour < %(before)s
