"""The rules of a feed, as types: whom it takes, what keeps a post out, and in which order it shows them.

A feed takes a post that passes every one of its filters; of a list within a filter one hit is enough. It does not know
where rules come from, nor how a post is matched.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from sql.spelling import DID, DID_CHARACTERS_MAX

FEEDS_MAX = 1000
GRAPHEMES_MAX_NAME, GRAPHEMES_MAX_DESCRIPTION = 24, 300
"""By the lexicon app.bsky.feed.generator."""

Words = tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...]
"""Words or phrases; one that ends with * stands for all that begin so."""
Dids = tuple[Annotated[str, Meta(pattern=f"^{DID}$", max_length=DID_CHARACTERS_MAX)], ...]
_WORTH_MIN, _WORTH_MAX = 1e-37, 1e37
_Most = Annotated[int, Meta(ge=0, le=1000)]
_Days = Annotated[int, Meta(ge=1, le=3650)]


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class Keywords(Table, frozen=True):
    """Words of which a post has one, and words of which it has none."""

    include: Words = ()
    exclude: Words = ()


class Authors(Table, frozen=True):
    """The only ones, and such as are left out."""

    include: Dids = ()
    exclude: Dids = ()


class Guards(Table, frozen=True):
    """What keeps out what nobody wants to read. None of them holds unless it is asked for."""

    characters_min: _Most = 0
    words_min: _Most = 0
    letters_share_min: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """Of all that is no white space."""
    repeats_max: Annotated[int, Meta(ge=2, le=1000)] | None = None
    """How often something of one to ten characters, or a word, may stand in a row."""
    hashtags_max: _Most | None = None
    mentions_max: _Most | None = None
    emoji_max: _Most | None = None
    words: Words = ()
    """A post that has one of them stays out."""


class Layer(Table, frozen=True):
    """A factor of a score, to the power of its weight.

    age: 1 / sqrt(1 + days). engagement: 1 + ln(1 + what it received). keywords: 1 + n / (1 + n), n of the words in it.
    author: as given for each, 1 for all others.
    """

    by: Literal["age", "engagement", "keywords", "author"]
    weight: Annotated[float, Meta(ge=0, le=10)] = 1.0
    words: Words = ()
    authors: dict[str, Annotated[float, Meta(ge=0, le=1000)]] = {}


class Feed(Table, frozen=True):
    """A feed."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:~-]{1,64}$")]
    """The record key of its generator record, and so the end of its address."""
    name: Annotated[str, Meta(min_length=1, max_length=240)]
    description: Annotated[str, Meta(max_length=3000)] = ""
    avatar: str = ""
    """A PNG or JPEG file, from the file's own directory on."""
    languages: tuple[Annotated[str, Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")], ...] = ()
    """Tags, each with its region forms."""
    detect: bool = False
    """Whether the language is what a detector finds, where it is sure, and not what the post says."""
    confidence_min: Annotated[float, Meta(ge=0, le=1)] = 0.6
    """How sure it has to be."""
    keywords: Keywords = Keywords()
    hashtags: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    media: bool | None = None
    """Whether it has to show something, or may not."""
    alt: bool | None = None
    """Whether that has to have alternative text, or may not."""
    replies: bool = True
    authors: Authors = Authors()
    labels: tuple[str, ...] = ()
    """Labels that authors may have put on a post without keeping it out; any other does."""
    guards: Guards = Guards()
    order: Literal["newest", "scored", "board", "rising"] = "newest"
    scoring: tuple[Layer, ...] = ()
    board: Literal["engagement", "likes", "reposts", "replies", "quotes"] = "engagement"
    window: Literal["1h", "1d", "7d", "30d"] = "1d"
    days: _Days = 30
    """How long a post stays in it."""
    text_days: Annotated[int, Meta(ge=0, le=3650)] | None = None
    """How long what it says is kept; without it 30 where the score needs words, else not at all."""

    @property
    def text_days_kept(self) -> int:
        """Days that texts are kept for this feed; 0: it needs none."""
        if self.text_days is not None:
            return self.text_days
        return 30 if any(layer.by == "keywords" for layer in self.scoring) else 0

    @property
    def is_ranked(self) -> bool:
        """Whether its order comes from a ranking of its own."""
        return self.order == "scored"


class Stored(Struct, frozen=True):
    """A feed with the number that stands for it in the database."""

    number: int
    feed: Feed


def storable(worth: float) -> float:
    """What layers come to, as far as four bytes can say it: what is too much for a column stops whole batches."""
    return min(max(worth, _WORTH_MIN), _WORTH_MAX) if worth else worth


def definition(feed: Feed) -> str:
    """A feed as the database keeps it."""
    return msgspec.json.encode(feed).decode()


def of_definition(text: str) -> Feed:
    """A feed out of the database."""
    return msgspec.json.decode(text, type=Feed)
