"""The recount: what the delivered events amount to, minute by minute, in plain dictionaries.

It owns the meaning of the numbers: who gains what from a create, and which create a delete takes back. It does
not know how a frame looks, nor how the database arrives at the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ops.audit import reposts
from ops.audit.content import FOLLOW, LIKE, POST, READERS, REPOST
from ops.audit.frames import MINUTE_US, Event
from ops.audit.purged import Purged
from ops.audit.syntax import Rkey

NOTHING_GONE = Purged()
KNOWN_US = 7 * 24 * 60 * MINUTE_US

SHOWING = {1: "posts_with_media", 2: "posts_with_alt"}
MADE = {LIKE: "likes", REPOST: "reposts", FOLLOW: "follows"}
RECEIVED = {LIKE: "likes_received", REPOST: "reposts_received", FOLLOW: "followers", POST: "replies_received"}

# An account, the record key of its post where the amount belongs to one, and a metric.
Amount = tuple[str, Rkey | None, str]


@dataclass(slots=True)
class Sums:
    """What each key of one rollup gained and lost."""

    gained: Counter[tuple[object, ...]] = field(default_factory=Counter)
    lost: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def add(self, lost: bool, *key: object) -> None:
        """One more for this key, on one side or the other."""
        (self.lost if lost else self.gained)[key] += 1


class Status(NamedTuple):
    """What the latest account event, by (time, seq), says of its account."""

    time_us: int
    seq: int
    active: bool
    status: str | None


@dataclass(slots=True)
class Recount:
    """Every number the database must hold."""

    accounts: Sums = field(default_factory=Sums)  # minute, account, metric
    posts: Sums = field(default_factory=Sums)  # minute, account, record key, metric
    terms: Sums = field(default_factory=Sums)  # minute, dimension, key
    authors: set[tuple[object, ...]] = field(default_factory=set)  # minute, dimension, key, account
    network: Sums = field(default_factory=Sums)  # minute, collection, operation
    totals: Sums = field(default_factory=Sums)  # minute, metric
    statuses: dict[str, Status] = field(default_factory=dict)
    profiles: dict[str, tuple[int, bool]] = field(default_factory=dict)  # the latest rev, and whether it is unlisted
    unsure: set[tuple[int, str]] = field(default_factory=set)  # minutes and accounts with reposts of who knows what

    def unlisted(self) -> set[str]:
        """The accounts whose latest profile asks not to be shown to those who are not signed in."""
        return {did for did, (_, unlisted) in self.profiles.items() if unlisted}

    def rolled_up(self, bucket_us: int, before_us: int | None) -> Recount:
        """The same by longer buckets, as far as these begin before a time (None: all)."""

        def at(key: tuple[object, ...]) -> tuple[object, ...]:
            minute = key[0]
            assert isinstance(minute, int)
            return (minute - minute % bucket_us, *key[1:])

        def there(key: tuple[object, ...]) -> bool:
            return before_us is None or key[0] < before_us  # type: ignore[operator]

        def sums(minutes: Sums) -> Sums:
            found = Sums()
            for into, counts in ((found.gained, minutes.gained), (found.lost, minutes.lost)):
                for key, n in counts.items():
                    if there(key):
                        into[at(key)] += n
            return found

        return Recount(
            sums(self.accounts), sums(self.posts), sums(self.terms), {at(key) for key in self.authors if there(key)},
            sums(self.network), sums(self.totals), self.statuses, self.profiles,
            {(minute - minute % bucket_us, account) for minute, account in self.unsure},
        )  # fmt: skip


def recount(
    events: Iterable[Event], gone: Purged = NOTHING_GONE,
    undecided: Iterable[tuple[int, str, reposts.Post, int, int]] = (),
) -> Recount:  # fmt: skip
    """Count every event once; of what is `gone` nothing is left but what it did to others. What `undecided` reposts are
    of is not counted yet."""
    total = Recount()
    everything = list(events)
    for event in everything:
        total.network.add(False, event.minute, event.key[2], event.operation)
        if event.content is not None:
            _count(total, False, event.minute, event, gone)
        _see_status(total, event)
        if event.unlisted is not None:
            did, rev, *_ = event.key
            total.profiles[did] = max(total.profiles.get(did, (-1, False)), (rev, event.unlisted))
    lost = list(losses(everything, gone))
    for minute, create in lost:
        _count(total, True, minute, create, gone)
    of = reposts.kinds(everything, lost, undecided, gone)
    for counts, accounts, totals in (
        (of.gained, total.accounts.gained, total.totals.gained), (of.lost, total.accounts.lost, total.totals.lost),
    ):  # fmt: skip
        for (minute, account, metric), n in counts.items():
            totals[minute, metric] += n
            if not gone.takes(account, minute):
                accounts[minute, account, metric] += n
    total.unsure = of.unsure
    return total


def amounts(create: Event) -> Iterator[Amount]:
    """One for each number that a create counts up; what one does to oneself is made, never received."""
    made, actor, collection = create.content, create.key[0], create.key[2]
    assert made is not None  # only creates in the four collections have content
    yield actor, None, MADE.get(collection) or ("replies" if made.reply else "posts")
    if made.media:
        yield actor, None, SHOWING[made.media]
    if made.quote:
        yield actor, None, "quotes"
    if made.subject and made.subject[0] != actor:
        yield *made.subject, RECEIVED[collection]
    if made.quoted and made.quoted[0] != actor:
        yield *made.quoted, "quotes_received"
    for mentioned in made.mentions:
        if mentioned != actor:
            yield mentioned, None, "mentions_received"


def losses(events: Iterable[Event], gone: Purged = NOTHING_GONE) -> Iterator[tuple[int, Event]]:
    """The minute and the create of every loss.

    A record's creates and deletes in the order of their revisions: a delete takes the create right before it,
    if that is young enough. Whatever arrived first is of no matter.
    """
    records: dict[tuple[str, str, Rkey | None], list[Event]] = {}
    events = [event for event in events if event.key[2] in READERS and event.operation in ("c", "d")]
    for event in events:
        if event.operation == "d":
            records.setdefault(_record(event), []).append(event)
    for event in events:
        if event.operation == "c" and _record(event) in records:
            records[_record(event)].append(event)
    for history in records.values():
        history.sort(key=lambda event: event.key[1])
        for before, event in pairwise(history):
            if event.operation == "d" and before.operation == "c" and _known(before, event, gone):
                yield event.minute, before


def _record(event: Event) -> tuple[str, str, Rkey | None]:
    return event.key[0], event.key[2], event.key[3]


def _known(create: Event, delete: Event, gone: Purged) -> bool:
    if gone.unknown(create.key[0], create.time, delete.time):
        return False
    return create.key[2] == FOLLOW or delete.time - create.time <= KNOWN_US


def _count(total: Recount, lost: bool, minute: int, create: Event, gone: Purged) -> None:
    for account, rkey, metric in amounts(create):
        total.totals.add(lost, minute, metric)
        if gone.takes(account, minute):
            continue
        total.accounts.add(lost, minute, account, metric)
        if rkey is not None:
            total.posts.add(lost, minute, account, rkey, metric)
    for term in create.content.terms if create.content else ():
        total.terms.add(lost, minute, *term)
        if not lost:  # who wrote a post wrote it, whatever becomes of it
            total.authors.add((minute, *term, create.key[0]))


def _see_status(total: Recount, event: Event) -> None:
    change, did, seq = event.status, event.key[0], event.key[1]
    if change is None:
        return
    time_us = event.time if change.time_us is None else change.time_us
    seen = total.statuses.get(did)
    if seen is None or (seen.time_us, seen.seq) < (time_us, seq):
        total.statuses[did] = Status(time_us, seq, change.active, change.status)
