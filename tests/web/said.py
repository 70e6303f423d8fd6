"""Texts for the posts on a test's boards, as if a resolver had asked for them."""

from __future__ import annotations

import psycopg

_SAY = """
insert into post_text (account, rkey, text)
select account, rkey, (%s::text[])[1 + row_number() over () %% %s]
from (
  select distinct each.*
  from board, unnest(keys, rkeys) as each (account, rkey)
  where kind = 'posts'
) as listed
"""


def say(owner: psycopg.Connection, texts: list[str]) -> None:
    """Each says one of them."""
    owner.execute(_SAY, (texts, len(texts)))
