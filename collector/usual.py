"""Usual frames, as types: created likes, posts, reposts and follows as nearly every client writes them.

A decoder for these types takes only what they name, all of it read and of its type, so that nothing it takes could be
refused or read in another way by who reads with less haste. It does not know what an event counts.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from collector.event import FOLLOW, LIKE, POST, REPOST

Int64 = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
"""What every reader of JSON takes for an integer."""
Natural = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


class _Whole(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """An object that has nothing but these fields."""


class _Tagged(_Whole, tag_field="$type"):
    """The same, of one of several kinds."""


class Ref(_Whole):
    """A strong reference to a record."""

    uri: str
    cid: str = ""


class Like(_Tagged, tag=LIKE):
    """Of a post."""

    subject: Ref
    created_at: str = msgspec.field(name="createdAt", default="")
    via: Ref | None = None


class Repost(_Tagged, tag=REPOST):
    """Of a post."""

    subject: Ref
    created_at: str = msgspec.field(name="createdAt", default="")
    via: Ref | None = None


class Follow(_Tagged, tag=FOLLOW):
    """Of an account."""

    subject: str
    created_at: str = msgspec.field(name="createdAt", default="")
    via: Ref | None = None


class Reply(_Whole):
    """What a post replies to."""

    parent: Ref
    root: Ref


class _Slice(_Whole):
    begin: Int64 = msgspec.field(name="byteStart")
    end: Int64 = msgspec.field(name="byteEnd")
    kind: str = msgspec.field(name="$type", default="")


class Hashtag(_Tagged, tag="app.bsky.richtext.facet#tag"):
    """A feature of a facet."""

    tag: str


class Link(_Tagged, tag="app.bsky.richtext.facet#link"):
    """A feature of a facet."""

    uri: str


class Facet(_Whole):
    """A part of a text that is more than text; mentions are left to the long way."""

    index: _Slice
    features: list[Hashtag | Link]
    kind: str = msgspec.field(name="$type", default="")


class _Cid(_Whole):
    link: str = msgspec.field(name="$link")


class _Blob(_Whole):
    kind: str = msgspec.field(name="$type")
    ref: _Cid
    mime_type: str = msgspec.field(name="mimeType")
    size: Int64


class _Ratio(_Whole):
    width: Int64
    height: Int64


class _Image(_Whole):
    alt: str
    image: _Blob
    ratio: _Ratio | None = msgspec.field(name="aspectRatio", default=None)


class Images(_Tagged, tag="app.bsky.embed.images"):
    """Embedded pictures."""

    images: list[_Image]


class Video(_Tagged, tag="app.bsky.embed.video"):
    """An embedded video."""

    video: _Blob
    alt: str = ""
    ratio: _Ratio | None = msgspec.field(name="aspectRatio", default=None)


class _Page(_Whole):
    uri: str
    title: str
    description: str
    thumb: _Blob | None = None


class External(_Tagged, tag="app.bsky.embed.external"):
    """An embedded link."""

    external: _Page


class Post(_Tagged, tag=POST):
    """A post that quotes nothing and mentions nobody."""

    text: str = ""
    created_at: str = msgspec.field(name="createdAt", default="")
    langs: list[str] | None = None
    reply: Reply | None = None
    facets: list[Facet] | None = None
    embed: Images | External | Video | None = None
    tags: list[str] | None = None


Record = Like | Post | Repost | Follow
COLLECTIONS: dict[type, str] = {Like: LIKE, Post: POST, Repost: REPOST, Follow: FOLLOW}
"""In which collection such records stand."""


class Commit(_Whole):
    """A commit that created a record."""

    rev: str
    operation: str
    collection: str
    rkey: str
    record: Record
    cid: str = ""


class Message(_Whole):
    """A frame of a Jetstream host."""

    did: str
    time_us: int
    kind: str
    commit: Commit
    cursor: Natural = 0


decode = msgspec.json.Decoder(Message).decode
"""A frame as a message. Raises msgspec.DecodeError (ValidationError too) or RecursionError for any other."""
