"""What a created record is about: whom it likes, reposts, follows, answers, quotes and mentions, and its terms.

It owns the shapes of the four counted records. An ill-typed field that a subject needs makes the record
unreadable (None); any other is as if absent. It does not know what any of it counts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ops.audit.link import is_gif
from ops.audit.shape import at, entries, features
from ops.audit.syntax import Rkey, authored, is_did, post
from ops.audit.terms import Term, terms

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
FOLLOW = "app.bsky.graph.follow"

PROFILE = ("app.bsky.actor.profile", "self")  # collection and record key of an account's own profile

Record = dict[str, object]


class Content(NamedTuple):
    """One created record. A subject is (account, record key); an account alone has the key None."""

    subject: tuple[str, Rkey | None] | None = None
    reply: bool = False
    quote: bool = False
    quoted: tuple[str, Rkey] | None = None
    mentions: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    media: int = 0  # of a post: 0 nothing to see, 1 media, 2 media with a text in place of it


def read(collection: str, record: object) -> Content | None:
    """The content of a record created in one of the four counted collections, or None if it is unreadable."""
    return READERS[collection](record) if isinstance(record, dict) else None


def asks_to_be_unlisted(profile: object) -> bool:
    """Whether a profile asks not to be shown to those who are not signed in."""
    return any(at(label, "val") == "!no-unauthenticated" for label in entries(at(profile, "labels", "values")))


def _of_post(record: Record) -> Content:
    parent = at(record, "reply", "parent", "uri")
    quoted = _quoted(record)
    return Content(
        subject=authored(parent),
        reply=isinstance(parent, str),
        quote=post(quoted) is not None,
        quoted=authored(quoted),
        mentions=tuple(sorted(set(_mentions(record)))),
        terms=terms(record),
        media=_media(record.get("embed")),
    )


def _media(embed: object) -> int:
    if at(embed, "$type") == "app.bsky.embed.recordWithMedia":
        embed = at(embed, "media")
    alternatives = _alternatives(embed)
    if not alternatives:
        return 0
    return 2 if any(isinstance(text, str) and text.strip() for text in alternatives) else 1


def _alternatives(embed: object) -> list[object]:
    """Of each thing to be seen the text in place of it, of whatever type; none: there is nothing to be seen."""
    match at(embed, "$type"):
        case "app.bsky.embed.images":
            items = entries(at(embed, "images"))
        case "app.bsky.embed.gallery":
            items = entries(at(embed, "items"))
        case "app.bsky.embed.video" if isinstance(at(embed, "video"), dict):
            items = [embed]
        case "app.bsky.embed.external" if is_gif(at(embed, "external", "uri")):
            said = at(embed, "external", "description")
            prefixed = isinstance(said, str) and said[:4].lower() == "alt:"
            return [said[4:] if isinstance(said, str) and prefixed else None]
        case _:
            return []
    return [at(item, "alt") for item in items if isinstance(item, dict)]


def _of_reaction(record: Record) -> Content | None:
    """A like or a repost, of whatever."""
    uri = at(record, "subject", "uri")
    return Content(subject=authored(uri)) if isinstance(uri, str) else None


def _of_follow(record: Record) -> Content | None:
    subject = record.get("subject")
    if not isinstance(subject, str):
        return None
    return Content(subject=(sys.intern(subject), None) if is_did(subject) else None)


def _quoted(record: Record) -> object:
    kind = at(record, "embed", "$type")
    if kind == "app.bsky.embed.record":
        return at(record, "embed", "record", "uri")
    if kind == "app.bsky.embed.recordWithMedia":
        return at(record, "embed", "record", "record", "uri")
    return None


def _mentions(record: Record) -> Iterator[str]:
    for feature in features(record, "mention"):
        did = at(feature, "did")
        if is_did(did):
            yield sys.intern(did)


READERS: dict[str, Callable[[Record], Content | None]] = {
    POST: _of_post,
    LIKE: _of_reaction,
    REPOST: _of_reaction,
    FOLLOW: _of_follow,
}
