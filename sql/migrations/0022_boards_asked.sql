-- The windows whose boards somebody wants as of one fold; all had to be made for one that was wanted.
alter table fold
  drop column boards_asked,
  add column boards_asked text[] not null default '{}';

-- Boards that are not made any more.
grant delete on board to skytally_roller;
