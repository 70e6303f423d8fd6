"""Worth: what of a post's score in a feed is known when it comes, by who wrote it and by what it says.

What changes afterwards, age and engagement, is the ranking's.
"""

from __future__ import annotations

from math import prod

from collector.feeds.rules import Feed, storable
from collector.feeds.said import Said
from collector.feeds.words import Vocabulary
from sql.ids import Ids


class Worth:
    """Of one scored feed."""

    def __init__(self, feed: Feed, ids: Ids) -> None:
        self._words: list[tuple[Vocabulary, float]] = []
        self._authors: dict[int, float] = {}
        for layer in feed.scoring:
            if layer.by == "keywords":
                self._words.append((Vocabulary(), layer.weight))
                self._words[-1][0].add(layer.words, 1)
            for did, worth in layer.authors.items():
                author = ids.account(did)
                self._authors[author] = self._authors.get(author, 1.0) * worth**layer.weight

    def of(self, said: Said, actor: int) -> float:
        """By which its score is multiplied."""
        return storable(self._authors.get(actor, 1.0) * prod(_relevance(said, *each) for each in self._words))


def _relevance(said: Said, words: Vocabulary, weight: float) -> float:
    """1 + n / (1 + n) of n hits, to the power of the layer's weight: the first one says most."""
    hits = len(words.hits(said.folded, said.words))
    return float((1.0 + hits / (1.0 + hits)) ** weight)
