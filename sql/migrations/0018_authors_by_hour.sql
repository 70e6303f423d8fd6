-- Authors of hours by term and author, then hour: whether a term had an author in some of a day's hours is one place in an
-- index, so boards by authors follow who comes and goes (collector/sliding.py). Days stay by time within a term: series of
-- days read them, and so does who counts a week, where a month lies side by side.
alter table author_hour drop constraint author_hour_pkey;
alter table author_hour add primary key (term, author, hour);
