-- A new run. Its number is what old workers no longer have.
insert into epoch (host, resume_cursor)
values (%(host)s, %(resume_cursor)s)
returning epoch
