"""Readings: what requests mean, remembered, because the same words mean the same.

It owns how much of that is kept, which no client should decide: one memory for all addresses, filled by requests that
were answered. It does not know how a request is read.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from web.asking import Ask

READINGS_MAX = 4_096
"""Addresses that are asked for again and again; a page of the site links to some two hundred."""
READING_CHARACTERS_MAX = 300
"""Of an address: a longer one is seldom asked for twice. All readings together take some 8 MB at most."""
Words = tuple[str, bytes]
"""A path and a query as they came."""


def words_of(scope: Any) -> Words:
    """The words of a request."""
    return scope["path"], scope["query_string"]


class Readings:
    """What is asked and its canonical form by the words of requests, the longest unused ones going first."""

    def __init__(self) -> None:
        self._known: OrderedDict[Words, tuple[Ask, str]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, words: Words) -> tuple[Ask, str] | None:
        """What they mean, if it is remembered."""
        return self._known.get(words)

    def keep(self, words: Words, read: tuple[Ask, str]) -> None:
        """Remember what they mean: they have been answered."""
        if len(words[0]) + len(words[1]) > READING_CHARACTERS_MAX:
            return
        self._known[words] = read
        self._known.move_to_end(words)
        if len(self._known) > READINGS_MAX:
            self._known.popitem(last=False)
