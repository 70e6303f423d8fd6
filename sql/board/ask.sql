-- Asks the roller for all boards at its next turn. Whether there is one: vitals are written every second.
update fold
set boards_asked = true
returning exists (select from vitals where at > now() - interval '10 seconds')
