-- Whether every board there is was made after the last fold.
select coalesce(bool_and(board.folds = fold.folds), false)
from fold
left join board on true
