select true as known
from term
where id = %(term)s
