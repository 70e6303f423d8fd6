"""What posts in one language are about, counted from the audit's events in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from ops.audit.frames import Event
from ops.audit.recount import losses

Line = tuple[str, int, int]
"""A key, its posts net of deletes, and its authors."""


def in_language(events: Iterable[Event], language: str, dimension: str, by: str, begin: int, end: int) -> list[Line]:
    """Every key of a dimension from `begin` to before `end` (unix microseconds), the best by posts or authors first."""
    events = list(events)
    posts, authors = Counter[str](), defaultdict[str, set[str]](set)
    counted = [(event.minute, event, 1) for event in events if event.content is not None]
    for minute, event, sign in (*counted, *[(minute, create, -1) for minute, create in losses(events)]):
        terms = event.content.terms if event.content else ()
        if begin <= minute < end and ("language", language) in terms:
            for key in [key for each, key in terms if each == dimension]:
                posts[key] += sign
                authors[key] |= {event.key[0]} if sign > 0 else set()
    worth = dict(posts) if by == "posts" else {key: len(found) for key, found in authors.items()}
    keys = sorted((key for key in worth if worth[key] >= 1), key=lambda key: (-worth[key], key.encode()))
    return [(key, posts[key], len(authors[key])) for key in keys]
