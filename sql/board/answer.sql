-- Whether all boards were asked for; the question is answered with that.
update fold
set boards_asked = false
where boards_asked
returning true
