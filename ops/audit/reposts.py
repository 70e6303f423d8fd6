"""What reposts are of, as far as anybody knew at the end of their minute, by account.

It owns when a post is known to a repost, and when nobody can tell whether it was. It does not know which database
has decided which of them already.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ops.audit.content import POST, REPOST
from ops.audit.frames import MINUTE_US, Event
from ops.audit.purged import Purged
from ops.audit.syntax import Rkey

KNOWN_US = 7 * 24 * 60 * MINUTE_US
KINDS = ("reposts_of_text", "reposts_of_media", "reposts_of_alt")

Post = tuple[str, Rkey | None]
Repost = tuple[int, str, Post]  # minute, account, of which post


class Kinds(NamedTuple):
    """What must be counted by kind of post."""

    gained: Counter[tuple[int, str, str]]  # minute, account, metric
    lost: Counter[tuple[int, str, str]]
    unsure: set[tuple[int, str]]  # minutes and accounts about which nothing can be said


def made(events: Iterable[Event], losses: Iterable[tuple[int, Event]]) -> Iterator[tuple[Repost, bool]]:
    """Every repost of a post in its minute, and whether it was lost there."""
    for event in events:
        if event.key[2] == REPOST and event.content is not None and event.content.subject is not None:
            yield (event.minute, event.key[0], event.content.subject), False
    for minute, create in losses:
        if create.key[2] == REPOST and create.content is not None and create.content.subject is not None:
            yield (minute, create.key[0], create.content.subject), True


def kinds(
    events: list[Event], losses: Iterable[tuple[int, Event]],
    undecided: Iterable[tuple[int, str, Post, int, int]], gone: Purged,
) -> Kinds:  # fmt: skip
    """Of all reposts but the undecided: those are rows of minute, account, post, gained, lost."""
    gained: Counter[Repost] = Counter()
    lost: Counter[Repost] = Counter()
    for repost, was_lost in made(events, losses):
        (lost if was_lost else gained)[repost] += 1
    for minute, account, post, more, less in undecided:
        gained[minute, account, post] -= more
        lost[minute, account, post] -= less
    posts: dict[Post, list[Event]] = defaultdict(list)
    for event in events:
        if event.key[2] == POST and event.content is not None:
            posts[event.key[0], event.key[3]].append(event)
    found = Kinds(Counter(), Counter(), set())
    for repost in gained.keys() | lost.keys():
        minute, account, post = repost
        known = [each for each in posts.get(post, []) if _is_known(each, minute)]
        if any(_is_unsure(each, minute, gone) for each in known) or (post[0] in gone.before_us):
            found.unsure.add((minute, account))
        elif known:
            latest = max(known, key=lambda each: each.key[1])
            assert latest.content is not None
            key = minute, account, KINDS[latest.content.media]
            found.gained[key] += gained[repost]
            found.lost[key] += lost[repost]
    return found


def sure(found: Iterable[tuple[tuple[Any, ...], int, int]], unsure: set[tuple[int, str]]) -> Iterator[Any]:
    """The rows by time, account and metric, or by time and metric, that can be judged."""
    return (row for row in found if not _is_open(row[0], unsure))


def sure_counts(counts: Counter[tuple[object, ...]], unsure: set[tuple[int, str]]) -> Counter[tuple[object, ...]]:
    """What must be, of the same rows."""
    return Counter({key: n for key, n in counts.items() if n and not _is_open(key, unsure)})


def _is_open(key: tuple[Any, ...], unsure: set[tuple[int, str]]) -> bool:
    if not unsure or key[-1] not in KINDS:
        return False
    return key[:2] in unsure if len(key) > 2 else any(minute == key[0] for minute, _ in unsure)


def _is_known(post: Event, minute: int) -> bool:
    end = minute + MINUTE_US
    return end - KNOWN_US <= post.time < end


def _is_unsure(post: Event, minute: int, gone: Purged) -> bool:
    """Whether it may have come when what was reposted in this minute was decided already, or have gone by then."""
    return post.seen_before >= minute + MINUTE_US or gone.takes(post.key[0], post.time)
