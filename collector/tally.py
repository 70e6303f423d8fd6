"""Tallies: what one event adds to which numbers (DESIGN.md, "The meaning of the numbers").

`effects` is the one definition of what a created record counts; a loss is the same effects, counted into `lost` in the
minute of the delete. Tallies adds them up over a batch and packs them for COPY. It knows ids only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from struct import Struct

import numpy as np

from collector.columns import NULL, Ints, Layout, ints, runs
from collector.event import CREATE
from collector.media import PLAIN, WITH_ALT
from collector.plain import Plain
from collector.rows import POSTGRES_EPOCH_US, SIGNATURE, TRAILER, Row
from collector.terms import DIMENSION_BITS
from sql.metrics import Metric

MINUTE_US = 60_000_000
DAY_US = 86_400_000_000


WITH = {PLAIN: Metric.POSTS_WITH_MEDIA, WITH_ALT: Metric.POSTS_WITH_ALT}
"""By what a post shows."""


class Collections:
    """The ids of the four counted collections in one database, and whether what experience is made of is counted."""

    def __init__(self, post: int, like: int, repost: int, follow: int, *, experience: bool = True) -> None:
        self.experience = experience
        self.post, self.like, self.repost, self.follow = post, like, repost, follow
        self.counted = frozenset((post, like, repost, follow))
        self.plain = {
            like: (int(Metric.LIKES), int(Metric.LIKES_RECEIVED)),
            repost: (int(Metric.REPOSTS), int(Metric.REPOSTS_RECEIVED)),
            follow: (int(Metric.FOLLOWS), int(Metric.FOLLOWERS)),
        }
        self.top_posts = (int(Metric.POSTS), None)
        self.replies = (int(Metric.REPLIES), int(Metric.REPLIES_RECEIVED))

    def kept_for_ever(self, collection: int) -> bool:
        """Whether creates of this collection stay known to their deletes for ever."""
        return collection == self.follow

    def effects(self, row: Row) -> list[tuple[int, int, int | None]]:
        """What the creation of this record counts, one each: (account, metric, record key or None).

        With a record key it is received by that post, and so by its author. An account's own doing is made,
        never received.
        """
        actor, subject = row.actor, row.subject_account
        plain = self.plain.get(row.collection)
        if plain is not None:
            made, received = plain
            if subject is None or subject == actor:
                return [(actor, made, None)]
            return [(actor, made, None), (subject, received, row.subject_rkey)]
        if row.collection != self.post:
            return []
        found: list[tuple[int, int, int | None]] = [(actor, int(Metric.REPLIES if row.reply else Metric.POSTS), None)]
        if subject is not None and subject != actor:
            found.append((subject, int(Metric.REPLIES_RECEIVED), row.subject_rkey))
        if row.quote:
            found.append((actor, int(Metric.QUOTES), None))
        if row.quote_account is not None and row.quote_account != actor:
            found.append((row.quote_account, int(Metric.QUOTES_RECEIVED), row.quote_rkey))
        mentioned = int(Metric.MENTIONS_RECEIVED)
        found.extend((account, mentioned, None) for account in row.mentions or () if account != actor)
        if self.experience and row.media:
            found.append((actor, int(WITH[row.media]), None))
        return found


_ACCOUNT = Struct(">hiqiqihi")
_POST = Struct(">hiqiqihiq")
_KEY = (("minute", "i8"), ("account", "i8"), ("metric", "i2"))
_AMOUNT = (("gained", "i4"), ("lost", "i4"))
_MANY_ACCOUNTS = Layout(6, [*_KEY, NULL, *_AMOUNT])
_MANY_TERMS = Layout(6, [_KEY[0], ("term", "i8"), ("author", "i8"), *_AMOUNT, ("dimension", "i2")])
_MANY_POSTS = Layout(6, [*_KEY, ("rkey", "i8"), *_AMOUNT])
_MANY_REPOSTS = Layout(
    6, [_KEY[0], ("account", "i8"), ("subject_account", "i8"), ("subject_rkey", "i8"), *_AMOUNT]
)  # fmt: skip
_REPOST = Struct(">hiqiqiqiq")
_TERM = Struct(">hiqiqiq")
_TERM_LAST_BYTE = 25  # of the id in a packed _TERM
_DIMENSION = Struct(">ih")
_NETWORK = Struct(">hiqiiici")
_AMOUNTS = Struct(">iiii")

ACCOUNT_COLUMNS = ("minute", "account", "metric", "rkey", "gained", "lost")
TERM_COLUMNS = ("minute", "term", "author", "gained", "lost", "dimension")
REPOST_COLUMNS = ("minute", "account", "subject_account", "subject_rkey", "gained", "lost")
NETWORK_COLUMNS = ("minute", "collection", "operation", "events")


def _account_key(minute: int, account: int, metric: int) -> bytes:
    """The tally of what an account made or received; the minute in microseconds since 2000."""
    return _ACCOUNT.pack(6, 8, minute, 8, account, 2, metric, -1)


def _post_key(minute: int, account: int, metric: int, rkey: int) -> bytes:
    """The tally of what a post received."""
    return _POST.pack(6, 8, minute, 8, account, 2, metric, 8, rkey)


class Tallies:
    """The tallies of one batch. Keys are packed beginnings of COPY rows, so a finished tally is two bytes strings."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections
        self._many: list[bytes] = []  # packed rows, as they come of many events at once
        self._gained: dict[bytes, int] = {}
        self._lost: dict[bytes, int] = {}
        self._many_terms: list[bytes] = []
        self._terms: dict[bytes, list[int]] = {}
        self._many_reposts: list[bytes] = []
        self._reposts: dict[bytes, list[int]] = {}
        self.network: dict[tuple[int, int, str], int] = {}
        """Events by (minute, collection, operation); the minute in unix microseconds."""

    def event(self, row: Row) -> None:
        """Count one accepted row: itself, and what it creates."""
        minute = row.time_us - row.time_us % MINUTE_US
        seen = (minute, row.collection, row.operation)
        self.network[seen] = self.network.get(seen, 0) + 1
        if row.operation == CREATE and row.collection in self._collections.counted:
            self._add(self._gained, 0, row, minute, 1)

    def many(self, plain: Plain) -> None:
        """Count many created records of one shape, as `event` would count each."""
        minutes = plain.times_us - plain.times_us % MINUTE_US
        for minute, n in zip(*np.unique(minutes, return_counts=True), strict=True):
            seen = (int(minute), plain.shape.collection, CREATE)
            self.network[seen] = self.network.get(seen, 0) + int(n)
        minutes -= POSTGRES_EPOCH_US
        self._add_accounts(plain.shape.made, minutes, plain.actors)
        if plain.subjects is not None and plain.shape.received is not None:
            others = plain.actors != plain.subjects
            rkeys = plain.subject_rkeys[others] if plain.subject_rkeys is not None else None
            self._add_received(plain.shape.received, minutes[others], plain.subjects[others], rkeys)
        if plain.terms:
            self._add_terms(minutes, plain.actors, plain.terms)
        if self._collections.experience:
            self._add_classes(plain, minutes)

    def _add_classes(self, plain: Plain, minutes: Ints) -> None:
        """What only experience needs: posts that show something, and reposts with what they are of."""
        if plain.media is not None:
            for media, metric in WITH.items():
                those = plain.media == media
                if those.any():
                    self._add_accounts(int(metric), minutes[those], plain.actors[those])
        elif plain.shape.collection == self._collections.repost:
            assert plain.subjects is not None
            assert plain.subject_rkeys is not None
            of = {"subject_account": plain.subjects, "subject_rkey": plain.subject_rkeys}
            rows = _MANY_REPOSTS.pack(len(minutes), minute=minutes, account=plain.actors, gained=1, **of)
            self._many_reposts.append(rows.tobytes())

    def _add_accounts(self, metric: int, minutes: Ints, accounts: Ints) -> None:
        at, n = runs(accounts, minutes)
        rows = _MANY_ACCOUNTS.pack(len(at), minute=minutes[at], account=accounts[at], metric=metric, gained=n)
        self._many.append(rows.tobytes())

    def _add_received(self, metric: int, minutes: Ints, accounts: Ints, rkeys: Ints | None) -> None:
        if rkeys is None:
            self._add_accounts(metric, minutes, accounts)
            return
        at, n = runs(rkeys, accounts, minutes)
        rows = _MANY_POSTS.pack(
            len(at), minute=minutes[at], account=accounts[at], metric=metric, rkey=rkeys[at], gained=n
        )  # fmt: skip
        self._many.append(rows.tobytes())

    def _add_terms(self, minutes: Ints, authors: Ints, terms: Sequence[tuple[int, ...]]) -> None:
        each = list(map(len, terms))
        flat, minutes, authors = ints(list(chain.from_iterable(terms))), minutes.repeat(each), authors.repeat(each)
        at, n = runs(flat, authors, minutes)
        found = flat[at]
        rows = _MANY_TERMS.pack(
            len(at), minute=minutes[at], term=found, author=authors[at], gained=n, dimension=found & DIMENSION_BITS
        )  # fmt: skip
        self._many_terms.append(rows.tobytes())

    def days(self) -> set[int]:
        """The days, counted from 1970, in which these events stand."""
        return {minute // DAY_US for minute, _, _ in self.network}

    def loss(self, created: Row, time_us: int, sign: int = 1) -> None:
        """Take back what `created` counted, in the minute of the delete at `time_us`; sign -1 undoes that."""
        self._add(self._lost, 1, created, time_us - time_us % MINUTE_US, sign)

    def _add(self, amounts: dict[bytes, int], column: int, row: Row, minute_us: int, sign: int) -> None:
        minute = minute_us - POSTGRES_EPOCH_US
        for account, metric, rkey in self._collections.effects(row):
            key = _account_key(minute, account, metric) if rkey is None else _post_key(minute, account, metric, rkey)
            amounts[key] = amounts.get(key, 0) + sign
        for term in row.terms or ():
            key = _TERM.pack(len(TERM_COLUMNS), 8, minute, 8, term, 8, row.actor)
            self._terms.setdefault(key, [0, 0])[column] += sign
        of = self._collections
        if of.experience and row.collection == of.repost and row.subject_rkey is not None:
            key = _REPOST.pack(6, 8, minute, 8, row.actor, 8, row.subject_account, 8, row.subject_rkey)
            self._reposts.setdefault(key, [0, 0])[column] += sign

    def account_rows(self) -> bytes:
        """Account and post tallies as a whole binary COPY."""
        return b"".join((SIGNATURE, *self._many, *self._packed_accounts(), TRAILER))

    def _packed_accounts(self) -> Iterator[bytes]:
        amounts = _AMOUNTS.pack
        for key, n in self._gained.items():
            yield key + amounts(4, n, 4, 0)
        for key, n in self._lost.items():
            if n:
                yield key + amounts(4, 0, 4, n)

    def term_rows(self) -> bytes:
        """Term tallies as a whole binary COPY."""
        rows = [
            key + _AMOUNTS.pack(4, gained, 4, lost) + _DIMENSION.pack(2, key[_TERM_LAST_BYTE] & DIMENSION_BITS)
            for key, (gained, lost) in self._terms.items()
        ]
        return b"".join((SIGNATURE, *self._many_terms, *rows, TRAILER))

    def repost_rows(self) -> bytes:
        """Reposts of posts as a whole binary COPY."""
        rows = [key + _AMOUNTS.pack(4, gained, 4, lost) for key, (gained, lost) in self._reposts.items()]
        return b"".join((SIGNATURE, *self._many_reposts, *rows, TRAILER))

    def network_rows(self) -> bytes:
        """Events by collection and operation as a whole binary COPY."""
        count = len(NETWORK_COLUMNS)
        rows = [
            _NETWORK.pack(count, 8, minute - POSTGRES_EPOCH_US, 4, collection, 1, operation.encode(), 4)
            + n.to_bytes(4, "big")
            for (minute, collection, operation), n in self.network.items()
        ]
        return b"".join((SIGNATURE, *rows, TRAILER))
