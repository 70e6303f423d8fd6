"""The matcher: which feeds take a post, all of them at once, as a mask with a bit for each.

What is known of a row already (its terms, what it shows, whether it answers, whose it is) narrows the mask before the
frame is looked at again; words are looked at last. It writes nothing and knows no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial, reduce
from operator import or_
from typing import NamedTuple

from collector.feeds.guards import Look, is_any, keeps_out
from collector.feeds.rules import Feed, Stored
from collector.feeds.said import Said
from collector.feeds.words import Vocabulary
from collector.feeds.worth import Worth
from collector.media import NONE, PLAIN, WITH_ALT
from collector.terms import DIMENSION_BITS, Dimension, terms
from sql.ids import Ids

Detect = Callable[[str], tuple[str | None, float]]
"""The language of a text and how sure that is; None where there is no telling."""
_NARROWING = (Dimension.LANGUAGE, Dimension.HASHTAG, Dimension.DOMAIN)


class Post(NamedTuple):
    """A post as the counting path has it."""

    actor: int
    reply: bool
    media: int
    terms: Iterable[int]
    frame: bytes


class Match(NamedTuple):
    """What takes a post."""

    feeds: list[int]
    """By number."""
    worths: list[float]
    said: Said
    detected: tuple[str | None, float] | None
    """Its language, where a feed has it detected."""
    keeps_text: bool


class Matcher:
    """The rules of some feeds, compiled; without feeds there is none."""

    def __init__(self, stored: list[Stored], ids: Ids, detect: Detect | None = None) -> None:
        self._stored, self._detect, self.ids = stored, detect, ids
        feeds = self._feeds = [(1 << at, each.feed) for at, each in enumerate(stored)]
        self._all = (1 << len(stored)) - 1
        self._tops = self._where(feeds, lambda _: True)
        self._replies = self._where(feeds, lambda feed: feed.replies)
        self._showing = {media: self._where(feeds, partial(_shows, media)) for media in (NONE, PLAIN, WITH_ALT)}
        self._by_term: dict[int, int] = {}
        self._open = dict.fromkeys(_NARROWING, self._all)
        for mask, feed in feeds:
            self._narrow(mask, feed, ids)
        self._only = _by_author(ids, ((mask, feed.authors.include) for mask, feed in feeds))
        self._open_to_all = self._where(feeds, lambda feed: not feed.authors.include)
        self._not = _by_author(ids, ((mask, feed.authors.exclude) for mask, feed in feeds))
        self._regions = [(mask, feed) for mask, feed in feeds if any("-" in tag for tag in feed.languages)]
        self._detecting = [(mask, feed) for mask, feed in feeds if feed.detect and feed.languages]
        self._detecting_mask = reduce(or_, (mask for mask, _ in self._detecting), 0)
        self._wanted, self._unwanted = Vocabulary(), Vocabulary()
        for mask, feed in feeds:
            self._wanted.add(feed.keywords.include, mask)
            self._unwanted.add((*feed.keywords.exclude, *feed.guards.words), mask)
        self._wordless = self._where(feeds, lambda feed: not feed.keywords.include)
        self._worded = self._where(feeds, lambda feed: bool(feed.keywords.exclude or feed.guards.words))
        self._guarded = [(mask, feed.guards) for mask, feed in feeds if is_any(feed.guards)]
        self._guarded_mask = reduce(or_, (mask for mask, _ in self._guarded), 0)
        self._worth = {at: Worth(feed, ids) for at, (_, feed) in enumerate(feeds) if feed.order == "scored"}

    def __bool__(self) -> bool:
        return bool(self._stored)

    @staticmethod
    def _where(feeds: list[tuple[int, Feed]], holds: Callable[[Feed], bool]) -> int:
        return reduce(or_, (mask for mask, feed in feeds if holds(feed)), 0)

    def _narrow(self, mask: int, feed: Feed, ids: Ids) -> None:
        """Have the terms of a post say that this feed may take it, where it asks for some."""
        wanted = {
            Dimension.LANGUAGE: () if feed.detect else tuple(tag.partition("-")[0].lower() for tag in feed.languages),
            Dimension.HASHTAG: tuple(name for of, name in terms((), feed.hashtags, (), "") if of == Dimension.HASHTAG),
            Dimension.DOMAIN: tuple(domain.lower().removeprefix("www.") for domain in feed.domains),
        }
        for dimension, names in wanted.items():
            if names:
                self._open[dimension] &= ~mask
            for name in names:
                term = ids.term(dimension, name)
                self._by_term[term] = self._by_term.get(term, 0) | mask

    def narrowed(self, post: Post) -> int:
        """The feeds that may take a post, by what is known of it without its text."""
        found = (self._replies if post.reply else self._tops) & self._showing[post.media]
        languages, hashtags, domains = self._open.values()
        by_term = self._by_term
        for term in post.terms:
            if mask := by_term.get(term):
                dimension = term & DIMENSION_BITS
                if dimension == Dimension.LANGUAGE:
                    languages |= mask
                elif dimension == Dimension.HASHTAG:
                    hashtags |= mask
                else:
                    domains |= mask
        found &= languages & hashtags & domains & (self._open_to_all | self._only.get(post.actor, 0))
        return found & ~self._not.get(post.actor, 0)

    def match(self, post: Post) -> Match | None:
        """The feeds that take a post; None where none does."""
        mask = self.narrowed(post)
        if not mask:
            return None
        said = Said(post.frame)
        if said.labels:
            mask &= self._where_labelled(said.labels)
        for feeds, feed in self._regions:
            if mask & feeds and not feed.detect and not _speaks(feed, said.langs):
                mask &= ~feeds
        mask = self._by_words(mask, said)
        if mask & self._guarded_mask:
            mask = self._guard(mask, said, post)
        detected = None
        if self._detect is not None and mask & self._detecting_mask:
            detected = self._detect(said.text)
        mask = self._by_detected(mask, said, detected)
        return self._found(mask, said, detected, post.actor) if mask else None

    def _where_labelled(self, labels: tuple[str, ...]) -> int:
        return self._where(self._feeds, lambda feed: all(label in feed.labels for label in labels))

    def _by_words(self, mask: int, said: Said) -> int:
        if mask & ~self._wordless:
            mask &= self._wordless | reduce(or_, self._wanted.hits(said.folded, said.words), 0)
        if mask & self._worded:
            mask &= ~reduce(or_, self._unwanted.hits(said.folded, said.words), 0)
        return mask

    def _guard(self, mask: int, said: Said, post: Post) -> int:
        look: Look | None = None
        for feed, guards in self._guarded:
            if mask & feed:
                look = look or _look(said, post.terms)
                if keeps_out(guards, look):
                    mask &= ~feed
        return mask

    def _by_detected(self, mask: int, said: Said, detected: tuple[str | None, float] | None) -> int:
        for feeds, feed in self._detecting:
            if mask & feeds:
                sure = detected is not None and detected[0] is not None and detected[1] >= feed.confidence_min
                if not _speaks(feed, [detected[0] or ""] if sure and detected else said.langs):
                    mask &= ~feeds
        return mask

    def _found(self, mask: int, said: Said, detected: tuple[str | None, float] | None, actor: int) -> Match:
        places = list(_bits(mask))
        worths = [self._worth[at].of(said, actor) if at in self._worth else 1.0 for at in places]
        keeps_text = any(self._stored[at].feed.text_days_kept for at in places)
        return Match([self._stored[at].number for at in places], worths, said, detected, keeps_text)


def _shows(media: int, feed: Feed) -> bool:
    return feed.media in (None, media != NONE) and feed.alt in (None, media == WITH_ALT)


def _speaks(feed: Feed, langs: list[str]) -> bool:
    """Whether any of these tags is one of the feed's, or a form of one (RFC 4647, 3.3.1)."""
    return any(
        lang.lower() == tag.lower() or lang.lower().startswith(f"{tag.lower()}-")
        for lang in langs for tag in feed.languages
    )  # fmt: skip


def _by_author(ids: Ids, wanted: Iterable[tuple[int, tuple[str, ...]]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for mask, dids in wanted:
        for author in map(ids.account, dids):
            found[author] = found.get(author, 0) | mask
    return found


def _look(said: Said, of_post: Iterable[int]) -> Look:
    hashtags = sum(1 for term in of_post if term & DIMENSION_BITS == Dimension.HASHTAG)
    return Look(said.text, said.words, hashtags, said.mentions, said.emoji)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
