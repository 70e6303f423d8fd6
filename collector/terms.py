"""Terms: what a post counts by besides accounts. A term is one key of one dimension, each once a post.

Like all that a record may hold optionally, what is of the wrong type is as if absent; nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from collector.emoji import emoji_in
from collector.links import link_and_domain

HASHTAG_CHARACTERS_MAX = 640
UNDETERMINED = "und"
_FEW, _SHORT = 3, 48  # languages and their characters that are worth remembering

_SUBTAG = re.compile(r"[a-z]{2,8}").fullmatch  # RFC 5646, primary language subtag
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]").search


class Dimension(IntEnum):
    """The dimensions by their ids in table dimension."""

    LANGUAGE = 1
    HASHTAG = 2
    LINK = 3
    DOMAIN = 4
    EMOJI = 5


DIMENSION_BITS = 7
"""The bits of a term's id that are its dimension."""

Term = tuple[int, str]
"""A dimension's id and a key of it."""


def terms_of(post: dict[str, Any]) -> tuple[Term, ...]:
    """The terms of a post record, each once."""
    facets, embed, text, tags = post.get("facets"), post.get("embed"), post.get("text"), post.get("tags")
    langs = post.get("langs")
    found = dict.fromkeys(_languages(tuple(filter(_is_text, langs)) if type(langs) is list else ()))
    if facets is not None or embed is not None or tags is not None:
        found.update(dict.fromkeys(_said(facets, embed, tags)))
    if type(text) is str and not text.isascii():
        found.update(dict.fromkeys([(int(Dimension.EMOJI), emoji) for emoji in emoji_in(text)]))
    return tuple(found)


def _said(facets: Any, embed: Any, tags: Any) -> Iterator[Term]:
    """Hashtags, links and domains."""
    for feature in _features(facets):
        kind = feature.get("$type")
        if kind == "app.bsky.richtext.facet#tag":
            yield from _hashtag(feature.get("tag"))
        elif kind == "app.bsky.richtext.facet#link":
            yield from _link(feature.get("uri"))
    for tag in tags if type(tags) is list else ():
        yield from _hashtag(tag)
    if type(embed) is dict:
        if embed.get("$type") == "app.bsky.embed.recordWithMedia":
            embed = embed.get("media")
        if type(embed) is dict and embed.get("$type") == "app.bsky.embed.external":
            external = embed.get("external")
            yield from _link(external.get("uri") if type(external) is dict else None)


def _features(facets: Any) -> Iterator[dict[str, Any]]:
    for facet in facets if type(facets) is list else ():
        features = facet.get("features") if type(facet) is dict else None
        for feature in features if type(features) is list else ():
            if type(feature) is dict:
                yield feature


def _link(uri: Any) -> Iterator[Term]:
    found = link_and_domain(uri) if type(uri) is str else None
    if found is not None:
        yield int(Dimension.LINK), found[0]
        yield int(Dimension.DOMAIN), found[1]


def _hashtag(tag: Any) -> Iterator[Term]:
    if type(tag) is str:
        name = normalize("NFKC", tag).casefold().strip().lstrip("#").strip()
        if 0 < len(name) <= HASHTAG_CHARACTERS_MAX and not _UNPRINTABLE(name):
            yield int(Dimension.HASHTAG), name


def _languages(langs: tuple[str, ...]) -> tuple[Term, ...]:
    """Distinct primary subtags in lower case; 'und' where there is none."""
    usual = len(langs) <= _FEW and sum(map(len, langs)) <= _SHORT
    return _usual_languages(langs) if usual else _find_languages(langs)


def _find_languages(langs: tuple[str, ...]) -> tuple[Term, ...]:
    subtags = [lang.partition("-")[0].lower() for lang in langs]
    found = dict.fromkeys(subtag for subtag in subtags if _SUBTAG(subtag)) or [UNDETERMINED]
    return tuple((int(Dimension.LANGUAGE), subtag) for subtag in found)


_usual_languages = lru_cache(4096)(_find_languages)


def _is_text(value: Any) -> bool:
    return type(value) is str
