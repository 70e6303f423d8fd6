-- Hours and days of authors by term and author, then time: whether a term has had an author in a window is one place in
-- an index, so boards by authors follow what has come and gone (collector/sliding.py). Minutes stay by time: they are
-- written all the time, and counted as they are.
alter table author_hour drop constraint author_hour_pkey;
alter table author_hour add primary key (term, author, hour);
alter table author_day drop constraint author_day_pkey;
alter table author_day add primary key (term, author, day);
