"""Terms: what a post counts by besides accounts. A term is one key of one dimension, each once a post.

Like all that a record may hold optionally, what is of the wrong type is as if absent; nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Any

from collector.emoji import emoji_in
from collector.links import link_and_domain
from sql.spelling import hashtag

HASHTAG_CHARACTERS_MAX = 640
UNDETERMINED = "und"
_FEW, _SHORT = 3, 48  # languages, and characters of them or of a hashtag, that are worth remembering

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
    langs, tags, text = post.get("langs"), post.get("tags"), post.get("text")
    hashtags, uris = _marked(post.get("facets"))
    hashtags += tags if type(tags) is list else []
    uris.append(_embedded(post.get("embed")))
    return terms(
        list(filter(_is_text, langs)) if type(langs) is list else (),
        filter(_is_text, hashtags), filter(_is_text, uris), text if type(text) is str else "",
    )  # fmt: skip


def terms(langs: Sequence[str], hashtags: Iterable[str], uris: Iterable[str], text: str) -> tuple[Term, ...]:
    """The terms of a post that says this, each once: languages, hashtags, links with their domains, emoji."""
    found = list(_languages(tuple(langs)))
    for tag in hashtags:
        found += _hashtag(tag) if len(tag) <= _SHORT else _find_hashtag(tag)
    for uri in uris:
        if link := link_and_domain(uri):
            found += ((int(Dimension.LINK), link[0]), (int(Dimension.DOMAIN), link[1]))
    if not text.isascii():
        found += [(int(Dimension.EMOJI), emoji) for emoji in emoji_in(text)]
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


def _marked(facets: Any) -> tuple[list[Any], list[Any]]:
    """The hashtags and URIs of the facets of a text."""
    hashtags, uris = [], []
    for facet in facets if type(facets) is list else ():
        features = facet.get("features") if type(facet) is dict else None
        for feature in features if type(features) is list else ():
            kind = feature.get("$type") if type(feature) is dict else None
            if kind == "app.bsky.richtext.facet#tag":
                hashtags.append(feature.get("tag"))
            elif kind == "app.bsky.richtext.facet#link":
                uris.append(feature.get("uri"))
    return hashtags, uris


def _embedded(embed: Any) -> Any:
    """The URI of the embedded link."""
    if type(embed) is dict and embed.get("$type") == "app.bsky.embed.recordWithMedia":
        embed = embed.get("media")
    if type(embed) is dict and embed.get("$type") == "app.bsky.embed.external":
        external = embed.get("external")
        return external.get("uri") if type(external) is dict else None
    return None


def _find_hashtag(tag: str) -> tuple[Term, ...]:
    """The hashtag in its one spelling; nothing where nothing is left of it."""
    name = hashtag(tag)
    usable = 0 < len(name) <= HASHTAG_CHARACTERS_MAX and not _UNPRINTABLE(name)
    return ((int(Dimension.HASHTAG), name),) if usable else ()


_hashtag = lru_cache(4096)(_find_hashtag)


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
