"""Words: the words of a post, and which of many wanted words and phrases it has, found by looking its own words up.

What a post costs does not depend on how many words are wanted: the words of all feeds are one dictionary. Scripts that
are written without spaces have no words to be looked up; there a wanted word is looked for in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from unicodedata import category, normalize

_ASCII_WORD = re.compile(r"\w+").findall
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_SHADES = re.compile(r"[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAG = re.compile(r"[\U0001f1e6-\U0001f1ff]{2}")


def folded(text: str) -> str:
    """A text as words are compared: without case and compatibility forms."""
    if text.isascii():
        return text.casefold()
    return normalize("NFKC", text).casefold().replace("i\u0307", "i")  # what İ comes to


def words_in(text: str) -> list[str]:
    """The words of a folded text, in their order."""
    return (_ASCII_WORD if text.isascii() else _word())(text)


@cache
def _word() -> Callable[[str], list[str]]:
    """Words with the signs that belong to the letter before, such as the vowels of Hindi, Tamil or pointed Hebrew, not
    those of emoji. Made when one is first needed: it takes as long as importing all the rest of feeds."""
    marks = "".join(
        letter for letter in map(chr, range(0x300, 0x1F000))
        if category(letter) in ("Mn", "Mc") and not "\ufe00" <= letter <= "\ufe0f"
    )  # fmt: skip
    return re.compile(rf"\w[\w{marks}]*").findall


def unspaced_in(text: str) -> int:
    """How many of its characters belong to scripts without spaces."""
    return 0 if text.isascii() else len(_UNSPACED.findall(text))


def is_matchable(word: str) -> bool:
    """Whether a wanted word can be found in anything."""
    return bool(words_in(folded(word)))


def graphemes(text: str) -> int:
    """About how many characters a reader sees: combining marks, flags, joined emoji and their shades are no others."""
    plain = _FLAG.sub("f", _SHADES.sub("", text))
    joiners = plain.count("\u200d")  # each takes itself and what follows into the one before
    return max(0, sum(1 for letter in plain if category(letter)[0] != "M") - 2 * joiners)


class Vocabulary:
    """Wanted words, each with a mask of who wants it: a bit for each feed."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._lengths: tuple[int, ...] = ()
        self._phrases: dict[str, list[tuple[str, int]]] = {}
        self._parts: dict[str, dict[str, int]] = {}
        self._known: set[str] = set()
        """Words, and those that phrases begin with."""
        self._begins: re.Pattern[str] | None = None
        """The characters that parts begin with."""

    def __bool__(self) -> bool:
        return bool(self._known or self._prefixes or self._parts)

    def add(self, wanted: Iterable[str], mask: int) -> None:
        """Want these too."""
        for word in wanted:
            self._add(folded(word), mask)
        self._lengths = tuple(sorted(set(map(len, self._prefixes))))
        self._known = {*self._words, *self._phrases}
        if self._parts:
            self._begins = re.compile(f"[{re.escape(''.join(self._parts))}]")

    def _add(self, word: str, mask: int) -> None:
        words, begins = words_in(word), word.rstrip().endswith("*")
        if _UNSPACED.search(word):
            key = word.rstrip("* ").strip()
            parts = self._parts.setdefault(key[0], {})
            parts[key] = parts.get(key, 0) | mask
        elif len(words) > 1:
            phrase = f" {' '.join(words)}{'' if begins else ' '}"
            self._phrases.setdefault(words[0], []).append((phrase, mask))
        else:
            kept = self._prefixes if begins else self._words
            kept[words[0]] = kept.get(words[0], 0) | mask

    def hits(self, text: str, words: list[str]) -> list[int]:
        """The masks of all that a folded text with these words has, once for each that is wanted."""
        found: list[int] = []
        if not self._known.isdisjoint(words):
            found = self._hits_of_words(words)
        for length in self._lengths:
            beginnings = {word[:length] for word in words if len(word) >= length}
            found += [self._prefixes[word] for word in self._prefixes.keys() & beginnings]
        if self._begins is not None and self._begins.search(text):
            firsts = set(self._begins.findall(text))
            found += [mask for first in firsts for part, mask in self._parts[first].items() if part in text]
        return found

    def _hits_of_words(self, words: list[str]) -> list[int]:
        distinct = set(words)
        found = [self._words[word] for word in self._words.keys() & distinct]
        if firsts := self._phrases.keys() & distinct:
            joined = f" {' '.join(words)} "
            found += [mask for first in firsts for phrase, mask in self._phrases[first] if phrase in joined]
        return found
