"""feeds.toml: from a file to checked feeds, or to one line that says where in it something is wrong, and what.

It owns lists and lines. What feeds may say is checked elsewhere (checks.py); it does not know what they do.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

from collector.errors import BadFeeds
from collector.feeds.checks import Wrong, check, check_characters
from collector.feeds.lines import line_of
from collector.feeds.rules import Feed, Guards, Keywords, Layer, Words

_AT = re.compile(r"^(?P<detail>.*) - at `(?P<path>\$.*)`$", re.DOTALL)


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    feeds: tuple[Feed, ...] = ()
    lists: dict[str, Words] = {}


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
        check_characters(raw, "$")
        found = msgspec.convert(raw, _File)
        feeds = tuple(_listed(feed, at, found.lists) for at, feed in enumerate(found.feeds))
        check(feeds, folder)
    except tomllib.TOMLDecodeError as error:
        raise BadFeeds(f"this is no TOML: {error}") from None
    except msgspec.ValidationError as error:
        at = _AT.match(str(error))
        detail, path = (at["detail"], at["path"]) if at else (str(error), "$")
        if name := re.search(r"unknown field `([^`]+)`", detail):
            path = f"{path}.{name[1]}"
        raise BadFeeds(f"line {line_of(text, path)}: {_plainly(detail)} ({path[2:] or 'file'})") from None
    except Wrong as wrong:
        raise BadFeeds(f"line {line_of(text, wrong.path, wrong.value)}: {wrong} ({wrong.path[2:]})") from None
    return feeds


def _listed(feed: Feed, at: int, lists: dict[str, Words]) -> Feed:
    """A feed with the words of lists (@NAME) in place of their names."""

    def of(words: Words, where: str) -> Words:
        found: list[str] = []
        for word in words:
            if word.startswith("@") and word[1:] not in lists:
                known = ", ".join(lists) or "none"
                raise Wrong(f"there is no list {word[1:]}; lists: {known}", f"$.feeds[{at}].{where}", word)
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
