-- Who wrote the posts that a term gained, each once a minute; a deleted post has had its author.
insert into author_minute (term, minute, author)
select distinct term, minute, author
from {term_tally}
where gained > 0
order by term, minute, author
on conflict (term, minute, author) do nothing
