"""What a file of feeds may say beyond its types: names as the lexicons allow them, words that can be found, a picture.

It does not know how a file is read, nor what feeds do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collector.feeds.rules import FEEDS_MAX, GRAPHEMES_MAX_DESCRIPTION, GRAPHEMES_MAX_NAME, Feed
from collector.feeds.words import graphemes, is_matchable
from collector.terms import Dimension, terms
from sql.spelling import DID

AVATAR_BYTES_MAX = 1_000_000
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_is_domain = re.compile(r"[^\s/:@?#.]+(\.[^\s/:@?#.]+)+").fullmatch
_is_did = re.compile(DID).fullmatch


class Wrong(Exception):
    """What is wrong, and where: a path as msgspec writes it, and the value."""

    def __init__(self, detail: str, path: str, value: str = "") -> None:
        super().__init__(detail)
        self.path, self.value = path, value


def avatar_of(feed: Feed, folder: Path) -> tuple[bytes, str] | None:
    """The picture of a feed and its media type; None where it has none. Raises OSError or ValueError."""
    if not feed.avatar:
        return None
    picture = (folder / feed.avatar).read_bytes()
    if len(picture) > AVATAR_BYTES_MAX:
        raise ValueError(f"a picture has at most {AVATAR_BYTES_MAX:,} bytes; this one has {len(picture):,}")
    for begins, media in ((_PNG, "image/png"), (_JPEG, "image/jpeg")):
        if picture.startswith(begins):
            return picture, media
    raise ValueError("a picture is a PNG or a JPEG; this is neither")


def check(feeds: tuple[Feed, ...], folder: Path) -> None:
    """What no type says of feeds. Raises Wrong."""
    if len(feeds) > FEEDS_MAX:
        raise Wrong(f"{len(feeds)} feeds; allowed: {FEEDS_MAX}", "$.feeds")
    first: dict[str, int] = {}
    for at, feed in enumerate(feeds):
        if first.setdefault(feed.id, at) != at:
            raise Wrong(f"{feed.id} is the id of another feed already", f"$.feeds[{at}].id")
        if feed.id in (".", ".."):
            raise Wrong(f"{feed.id} can be no record key", f"$.feeds[{at}].id")
        for name, most in (("name", GRAPHEMES_MAX_NAME), ("description", GRAPHEMES_MAX_DESCRIPTION)):
            said = getattr(feed, name)
            if (n := graphemes(said)) > most:
                raise Wrong(f"{n} graphemes; allowed: {most}", f"$.feeds[{at}].{name}")
            if (n := len(said.encode())) > 10 * most:
                raise Wrong(f"{n} bytes; allowed: {10 * most}", f"$.feeds[{at}].{name}")
        for tag in feed.hashtags:
            if not any(of == Dimension.HASHTAG for of, _ in terms((), (tag,), (), "")):
                raise Wrong(f"{tag!r} is no hashtag", f"$.feeds[{at}].hashtags", tag)
        for domain in feed.domains:
            if not _is_domain(domain):
                raise Wrong(f"{domain!r} is no domain, such as example.com", f"$.feeds[{at}].domains", domain)
        try:
            avatar_of(feed, folder)
        except (OSError, ValueError) as error:
            raise Wrong(f"{feed.avatar} can not be used: {error}", f"$.feeds[{at}].avatar") from None
        for where, word in _words_of(feed):
            if not is_matchable(word):
                raise Wrong(f"{word!r} has nothing that words are made of", f"$.feeds[{at}].{where}", word)
        _check_order(feed, at)


def _check_order(feed: Feed, at: int) -> None:
    if feed.order == "scored" and not feed.scoring:
        raise Wrong("a scored feed says by what", f"$.feeds[{at}].order")
    if feed.scoring and feed.order != "scored":
        raise Wrong('only a feed with order = "scored" has a score', f"$.feeds[{at}].scoring")
    if feed.order == "rising" and feed.window not in ("1h", "1d"):
        raise Wrong("what is rising does so in 1h or 1d", f"$.feeds[{at}].window")
    for number, layer in enumerate(feed.scoring):
        where = f"$.feeds[{at}].scoring[{number}]"
        if bool(layer.words) != (layer.by == "keywords"):
            raise Wrong("keywords, and nothing else, are scored by words", where)
        if bool(layer.authors) != (layer.by == "author"):
            raise Wrong("author, and nothing else, is scored by authors", where)
        for did in layer.authors:
            if not _is_did(did):
                raise Wrong(f"{did!r} is no DID", where)


def check_characters(value: Any, path: str) -> None:
    """No control characters, which the database or a log would not take; a description may have lines."""
    if isinstance(value, dict):
        for name, each in value.items():
            check_characters(name, path)
            check_characters(each, f"{path}.{name}")
    elif isinstance(value, list):
        for at, each in enumerate(value):
            check_characters(each, f"{path}[{at}]")
    elif isinstance(value, str):
        found = _CONTROL.search(value.replace("\n", "") if path.endswith(".description") else value)
        if found is not None:
            raise Wrong(f"there is a control character (U+{ord(found[0]):04X})", path)


def _words_of(feed: Feed) -> Iterator[tuple[str, str]]:
    for where, words in (
        ("keywords.include", feed.keywords.include), ("keywords.exclude", feed.keywords.exclude),
        ("guards.words", feed.guards.words), *(("scoring", layer.words) for layer in feed.scoring),
    ):  # fmt: skip
        yield from ((where, word) for word in words)
