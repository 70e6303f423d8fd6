"""The terms of a post, what it is counted by besides its account: its languages, hashtags, links, domains and emoji.

It owns where in a post they stand and when two are the same. It does not know what any of them counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from ops.audit.emoji import emoji
from ops.audit.link import link
from ops.audit.shape import at, entries, features

TAG_CHARS_MAX = 640
UNDETERMINED = "und"

_SUBTAG = re.compile(r"[a-z]{2,8}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

# The name of a dimension, and a key in it.
Term = tuple[str, str]


def terms(post: object) -> tuple[Term, ...]:
    """All terms of a post, each once and in order."""
    found = {_term("language", key) for key in _languages(post)} or {_term("language", UNDETERMINED)}
    found |= {_term("hashtag", key) for key in _hashtags(post)}
    for uri in _uris(post):
        counted = link(uri)
        if counted is not None:
            found |= {_term("link", counted.uri), _term("domain", counted.domain)}
    text = at(post, "text")
    if isinstance(text, str):
        found |= {_term("emoji", key) for key in emoji(text)}
    return tuple(sorted(found))


@lru_cache(maxsize=100_000)
def _term(dimension: str, key: str) -> Term:
    """A term; what is frequent stands in memory once."""
    return dimension, key


def _languages(post: object) -> Iterator[str]:
    for entry in entries(at(post, "langs")):
        subtag = entry.split("-", 1)[0].lower() if isinstance(entry, str) else ""
        if _SUBTAG.fullmatch(subtag):
            yield subtag


def _hashtags(post: object) -> Iterator[str]:
    said = [at(feature, "tag") for feature in features(post, "tag")]
    for tag in said + entries(at(post, "tags")):
        key = _hashtag(tag) if isinstance(tag, str) else ""
        if 1 <= len(key) <= TAG_CHARS_MAX and not _CONTROL.search(key):
            yield key


def _hashtag(tag: str) -> str:
    """A tag as everybody would write it: compatible characters are one, capitals are small, no '#' before it."""
    return unicodedata.normalize("NFKC", tag).casefold().strip().lstrip("#").strip()


def _uris(post: object) -> Iterator[object]:
    """What the post links to, in its text and in its card."""
    for feature in features(post, "link"):
        yield at(feature, "uri")
    embed = at(post, "embed")
    if at(embed, "$type") == "app.bsky.embed.recordWithMedia":
        embed = at(embed, "media")
    if at(embed, "$type") == "app.bsky.embed.external":
        yield at(embed, "external", "uri")
