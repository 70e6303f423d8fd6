"""What a frame says, decoded and checked: the input of everything that counts.

It knows names as upstream spells them (DIDs, record keys); ids and SQL come later.
"""

from __future__ import annotations

from typing import NamedTuple

CREATE, UPDATE, DELETE, NOTICE = "c", "u", "d", "e"
"""Operations as the log keeps them; NOTICE is an identity, account or sync event."""

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
FOLLOW = "app.bsky.graph.follow"
IDENTITY = "#identity"
ACCOUNT = "#account"
SYNC = "#sync"


class PostDetail(NamedTuple):
    """What a created post says beyond its subject (the parent of a reply stands in Event.subject_*)."""

    reply: bool
    quote: bool
    quote_did: str | None
    quote_rkey: str | None
    mentions: tuple[str, ...]
    """Distinct valid DIDs, the author's own included."""
    terms: tuple[tuple[int, str], ...]
    """What else it counts by, each once: a dimension's id and a key of it (see terms.py)."""
    media: int
    """What it shows (see media.py)."""


class Notice(NamedTuple):
    """What an identity or account event says: the state of an account at (time_us, seq)."""

    time_us: int
    seq: int
    active: bool | None
    status: str | None
    handle: str | None


class Profile(NamedTuple):
    """What a profile says of its account, at its rev."""

    display_name: str | None
    unlisted: bool
    """Whether it asks not to be shown to those who are not signed in."""


class Event(NamedTuple):
    """One countable event. `rev` is the commit's TID as a number, or the upstream seq of a notice."""

    time_us: int
    did: str
    operation: str
    rev: int
    collection: str
    rkey: str | int
    """The record key as text; the seq as a number for a notice."""
    subject_did: str | None
    subject_rkey: str | None
    post: PostDetail | None
    said: Notice | Profile | None
    """What it says of its account."""


class Key(NamedTuple):
    """What an event is: the same wherever and however often it is delivered. A notice has its seq as rev and rkey."""

    did: str
    rev: int
    collection: str
    rkey: str | int
