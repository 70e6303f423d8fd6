"""feeds.toml: from a file to checked feeds, or to one line that says where in it something is wrong, and what.

It owns what the lexicons allow of a feed's name, description and picture. It does not know what feeds do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

from collector.errors import BadFeeds
from collector.feeds.lines import line_of
from collector.feeds.rules import (
    FEEDS_MAX,
    GRAPHEMES_MAX_DESCRIPTION,
    GRAPHEMES_MAX_NAME,
    Feed,
    Guards,
    Keywords,
    Layer,
    Words,
)
from collector.feeds.words import graphemes, is_matchable
from collector.terms import Dimension, terms

AVATAR_BYTES_MAX = 1_000_000
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_is_domain = re.compile(r"[^\s/:@?#.]+(\.[^\s/:@?#.]+)+").fullmatch
_is_did = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+").fullmatch
_AT = re.compile(r"^(?P<detail>.*) - at `(?P<path>\$.*)`$", re.DOTALL)


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    feeds: tuple[Feed, ...] = ()
    lists: dict[str, Words] = {}


class _Wrong(Exception):
    """What is wrong, and where: a path as msgspec writes it, and the value."""

    def __init__(self, detail: str, path: str, value: str = "") -> None:
        super().__init__(detail)
        self.path, self.value = path, value


def read(path: Path) -> tuple[Feed, ...]:
    """The feeds of a file, with the words of its lists in place of their names. Raises BadFeeds."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFeeds(f"{path} can not be read: {error}") from None
    try:
        return parse(text, path.parent)
    except BadFeeds as bad:
        raise BadFeeds(f"{path}: {bad.detail}") from None


def parse(text: str, folder: Path) -> tuple[Feed, ...]:
    """The same of its text; pictures are looked for from `folder` on."""
    try:
        raw = tomllib.loads(text)
        _check_characters(raw, "$")
        found = msgspec.convert(raw, _File)
        feeds = tuple(_listed(feed, at, found.lists) for at, feed in enumerate(found.feeds))
        _check(feeds, folder)
    except tomllib.TOMLDecodeError as error:
        raise BadFeeds(f"this is no TOML: {error}") from None
    except msgspec.ValidationError as error:
        at = _AT.match(str(error))
        detail, path = (at["detail"], at["path"]) if at else (str(error), "$")
        if name := re.search(r"unknown field `([^`]+)`", detail):
            path = f"{path}.{name[1]}"
        raise BadFeeds(f"line {line_of(text, path)}: {_plainly(detail)} ({path[2:] or 'file'})") from None
    except _Wrong as wrong:
        raise BadFeeds(f"line {line_of(text, wrong.path, wrong.value)}: {wrong} ({wrong.path[2:]})") from None
    return feeds


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


def _check(feeds: tuple[Feed, ...], folder: Path) -> None:
    if len(feeds) > FEEDS_MAX:
        raise _Wrong(f"{len(feeds)} feeds; allowed: {FEEDS_MAX}", "$.feeds")
    first: dict[str, int] = {}
    for at, feed in enumerate(feeds):
        if first.setdefault(feed.id, at) != at:
            raise _Wrong(f"{feed.id} is the id of another feed already", f"$.feeds[{at}].id")
        if feed.id in (".", ".."):
            raise _Wrong(f"{feed.id} can be no record key", f"$.feeds[{at}].id")
        for name, most in (("name", GRAPHEMES_MAX_NAME), ("description", GRAPHEMES_MAX_DESCRIPTION)):
            said = getattr(feed, name)
            if (n := graphemes(said)) > most:
                raise _Wrong(f"{n} graphemes; allowed: {most}", f"$.feeds[{at}].{name}")
            if (n := len(said.encode())) > 10 * most:
                raise _Wrong(f"{n} bytes; allowed: {10 * most}", f"$.feeds[{at}].{name}")
        for tag in feed.hashtags:
            if not any(of == Dimension.HASHTAG for of, _ in terms((), (tag,), (), "")):
                raise _Wrong(f"{tag!r} is no hashtag", f"$.feeds[{at}].hashtags", tag)
        for domain in feed.domains:
            if not _is_domain(domain):
                raise _Wrong(f"{domain!r} is no domain, such as example.com", f"$.feeds[{at}].domains", domain)
        try:
            avatar_of(feed, folder)
        except (OSError, ValueError) as error:
            raise _Wrong(f"{feed.avatar} can not be used: {error}", f"$.feeds[{at}].avatar") from None
        for where, word in _words_of(feed):
            if not is_matchable(word):
                raise _Wrong(f"{word!r} has nothing that words are made of", f"$.feeds[{at}].{where}", word)
        _check_order(feed, at)


def _check_order(feed: Feed, at: int) -> None:
    if feed.order == "scored" and not feed.scoring:
        raise _Wrong("a scored feed says by what", f"$.feeds[{at}].order")
    if feed.scoring and feed.order != "scored":
        raise _Wrong('only a feed with order = "scored" has a score', f"$.feeds[{at}].scoring")
    if feed.order == "rising" and feed.window not in ("1h", "1d"):
        raise _Wrong("what is rising does so in 1h or 1d", f"$.feeds[{at}].window")
    for number, layer in enumerate(feed.scoring):
        where = f"$.feeds[{at}].scoring[{number}]"
        if bool(layer.words) != (layer.by == "keywords"):
            raise _Wrong("keywords, and nothing else, are scored by words", where)
        if bool(layer.authors) != (layer.by == "author"):
            raise _Wrong("author, and nothing else, is scored by authors", where)
        for did in layer.authors:
            if not _is_did(did):
                raise _Wrong(f"{did!r} is no DID", where)


def _check_characters(value: Any, path: str) -> None:
    """No control characters, which the database or a log would not take; a description may have lines."""
    if isinstance(value, dict):
        for name, each in value.items():
            _check_characters(name, path)
            _check_characters(each, f"{path}.{name}")
    elif isinstance(value, list):
        for at, each in enumerate(value):
            _check_characters(each, f"{path}[{at}]")
    elif isinstance(value, str):
        found = _CONTROL.search(value.replace("\n", "") if path.endswith(".description") else value)
        if found is not None:
            raise _Wrong(f"there is a control character (U+{ord(found[0]):04X})", path)


def _words_of(feed: Feed) -> Iterator[tuple[str, str]]:
    for where, words in (
        ("keywords.include", feed.keywords.include), ("keywords.exclude", feed.keywords.exclude),
        ("guards.words", feed.guards.words), *(("scoring", layer.words) for layer in feed.scoring),
    ):  # fmt: skip
        yield from ((where, word) for word in words)


def _listed(feed: Feed, at: int, lists: dict[str, Words]) -> Feed:
    """A feed with the words of lists (@NAME) in place of their names."""

    def of(words: Words, where: str) -> Words:
        found: list[str] = []
        for word in words:
            if word.startswith("@") and word[1:] not in lists:
                known = ", ".join(lists) or "none"
                raise _Wrong(f"there is no list {word[1:]}; lists: {known}", f"$.feeds[{at}].{where}", word)
            found += lists[word[1:]] if word.startswith("@") else [word]
        return tuple(dict.fromkeys(found))

    keywords, guards = feed.keywords, feed.guards
    changes: dict[str, Any] = {
        "keywords": Keywords(
            include=of(keywords.include, "keywords.include"), exclude=of(keywords.exclude, "keywords.exclude")
        ),
        "guards": Guards(**{**structs.asdict(guards), "words": of(guards.words, "guards.words")}),
        "scoring": tuple(
            Layer(**{**structs.asdict(layer), "words": of(layer.words, "scoring")}) for layer in feed.scoring
        ),
    }
    return structs.replace(feed, **changes)


def _plainly(detail: str) -> str:
    if missing := re.match("Object missing required field `(.+)`", detail):
        return f"{missing[1]} is missing"
    if unknown := re.match("Object contains unknown field `(.+)`", detail):
        return f"nothing is called {unknown[1]}"
    return detail.replace("`str`", "a text").replace("`", "")
