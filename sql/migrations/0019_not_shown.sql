-- Who is not shown, of whom there are few: a page of a board asks this of everybody on it (query/board_accounts.sql).
create index account_not_shown on account (id) where not shown;
