"""What a post says, as far as feeds look at it: read out of its frame once more, for who counts keeps none of it.

Fields of the wrong type are as if absent; nothing here raises on what a frame may hold that counts.
"""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from collector.emoji import emoji_in
from collector.feeds.words import folded, words_in
from collector.post import mentions

TEXT_CHARACTERS_MAX = 3000
"""By the lexicon 3,000 bytes; nobody looks at what comes after."""


class _Record(msgspec.Struct, gc=False):
    text: Any = None
    langs: Any = None
    labels: Any = None
    facets: msgspec.Raw = msgspec.Raw(b"null")


class _Commit(msgspec.Struct, gc=False):
    record: _Record


class _Frame(msgspec.Struct, gc=False):
    commit: _Commit


_decode = msgspec.json.Decoder(_Frame).decode
_UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError)


class Said:
    """What the post in a frame says."""

    def __init__(self, frame: bytes) -> None:
        record = _record_of(frame)
        self.text: str = record.text[:TEXT_CHARACTERS_MAX].replace("\x00", "\ufffd") if type(record.text) is str else ""
        self.langs = [lang for lang in record.langs if type(lang) is str] if type(record.langs) is list else []
        self.labels = _labels(record.labels) if record.labels is not None else ()
        self._facets = record.facets
        self._folded: str | None = None
        self._words: list[str] | None = None

    @property
    def folded(self) -> str:
        """The text as words are compared."""
        if self._folded is None:
            self._folded = folded(self.text)
        return self._folded

    @property
    def words(self) -> list[str]:
        """Its words, in their order."""
        if self._words is None:
            self._words = words_in(self.folded)
        return self._words

    @property
    def mentions(self) -> int:
        """How many accounts it mentions."""
        return len(mentions({"facets": orjson.loads(bytes(self._facets))}))

    @property
    def emoji(self) -> int:
        """How many emoji it has, such that come twice too."""
        return 0 if self.text.isascii() else sum(map(self.text.count, set(emoji_in(self.text))))


def _record_of(frame: bytes) -> _Record:
    try:
        return _decode(frame).commit.record
    except _UNREADABLE:  # readers of JSON differ at its edges; the one that counted it is asked then
        record = orjson.loads(frame)["commit"].get("record")
        given = record if type(record) is dict else {}
        facets = msgspec.Raw(orjson.dumps(given.get("facets")))
        return _Record(given.get("text"), given.get("langs"), given.get("labels"), facets)


def _labels(labels: Any) -> tuple[str, ...]:
    """What its author says of it; what can not be read may be a label as well, and is an empty one."""
    values = labels.get("values") if type(labels) is dict else None
    if type(values) is not list:
        return ("",)
    return tuple(value["val"] if type(value) is dict and type(value.get("val")) is str else "" for value in values)
