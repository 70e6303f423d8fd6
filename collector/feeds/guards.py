"""Guards: what a post looks like that nobody wants to read. Each is an option of a feed; none looks at who wrote it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from collector.feeds.rules import Guards
from collector.feeds.words import unspaced_in

_NONE = Guards()


class Look(NamedTuple):
    """What guards look at: a text, its words when folded, and what else stands in the post."""

    text: str
    words: list[str]
    hashtags: int
    mentions: int
    emoji: int


def keeps_out(guards: Guards, look: Look) -> bool:
    """Whether such a post is not wanted. Its word list is not looked at here."""
    return (
        len(look.text.strip()) < guards.characters_min
        or (guards.words_min > 0 and len(look.words) + unspaced_in(look.text) // 2 < guards.words_min)
        or (guards.letters_share_min > 0 and _letters_share(look.text) < guards.letters_share_min)
        or (guards.hashtags_max is not None and look.hashtags > guards.hashtags_max)
        or (guards.mentions_max is not None and look.mentions > guards.mentions_max)
        or (guards.emoji_max is not None and look.emoji > guards.emoji_max)
        or (guards.repeats_max is not None and _repeats(look, guards.repeats_max))
    )


def is_any(guards: Guards) -> bool:
    """Whether any of them holds, the word list aside."""
    return any(getattr(guards, name) != getattr(_NONE, name) for name in Guards.__struct_fields__ if name != "words")


def _letters_share(text: str) -> float:
    shown = [letter for letter in text if not letter.isspace()]
    return sum(map(str.isalpha, shown)) / len(shown) if shown else 0.0


def _repeats(look: Look, most: int) -> bool:
    """Whether a word, or up to ten characters, stand in a row more often than that."""
    run = 1
    for before, word in zip(look.words, look.words[1:], strict=False):
        run = run + 1 if word == before else 1
        if run > most:
            return True
    return _pattern(most).search(look.text) is not None


@lru_cache(64)
def _pattern(most: int) -> re.Pattern[str]:
    return re.compile(rf"(\S.{{0,9}}?)\1{{{most},}}", re.DOTALL)
