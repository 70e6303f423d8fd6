-- Whether so many boards are as of now: made after the last fold, at the watermark.
select count(*) = %(boards)s
from board
join fold on fold.folds = board.folds and fold.watermark = board.as_of
