-- Asks the roller for all boards at its next turn.
update fold
set boards_asked = true
