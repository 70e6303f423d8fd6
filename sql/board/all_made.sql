-- Whether so many boards were made after the last fold.
select count(*) = %(boards)s
from board
join fold on fold.folds = board.folds
