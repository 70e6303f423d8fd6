-- Asks the roller for the boards of these windows at its next turn. Whether there is one: vitals are written every second.
update fold
set boards_asked = array(select unnest(boards_asked) union select unnest(%(windows)s::text[]))
returning exists (select from vitals where at > now() - interval '10 seconds')
