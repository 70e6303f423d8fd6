"""A simulated network: who does what to whom, one commit, identity or account change at a time.

This module owns the state that makes events hang together: recent posts, live records, things to be done
later. It does not know the rate, and gives drafts that lack only their stream time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import accumulate
from random import Random

from benchmarks import mix
from benchmarks.attention import Attention, Post
from benchmarks.commit import Commit, Draft
from benchmarks.mix import (
    ACCOUNT,
    BLOCK,
    FOLLOW,
    IDENTITY,
    LIKE,
    LISTITEM,
    POST,
    POSTGATE,
    PROFILE,
    REPOST,
    STATUS,
    THIRD,
    THREADGATE,
)
from benchmarks.pool import LivePool, Record
from benchmarks.population import Population, did
from benchmarks.posts import post_record, strong_ref
from benchmarks.presence import Presence
from benchmarks.records import (
    did_record,
    gate_record,
    profile_record,
    status_record,
    subject_record,
    third_party_record,
)
from benchmarks.tid import tid
from benchmarks.words import THIRD_PARTY

OLD_POSTS_COUNT = 20_000  # posts from before the simulation, so that its first likes have something to like
OPERATIONS_COUNT_MAX = 200  # the network refuses larger commits
LATER_COUNT_MAX = 50_000

Later = tuple[int, int, Callable[[int], None]]


class Network:
    """Holds the state and appends what happens to `ready`, one draft an event, in order."""

    def __init__(self, random: Random, population: Population, start_us: int, year: str) -> None:
        self.ready: deque[Draft] = deque()
        self._random = random
        self._population = population
        self._start_us = start_us
        self._attention = Attention()
        self._live: defaultdict[str, LivePool] = defaultdict(LivePool)
        self._later: list[Later] = []
        self._later_count = 0
        self._presence = Presence(random, population, self.ready, self._do_later)
        self._latest = Post("", -1, "")
        self._kinds = list(mix.MIXES[year])
        self._sums = list(accumulate(mix.MIXES[year].values()))
        self._doings: dict[str, Callable[[int], None]] = {
            LIKE: self._like, REPOST: self._repost, POST: self._post,
            FOLLOW: self._follow, BLOCK: self._block, LISTITEM: self._listitem,
            IDENTITY: self._presence.identity, ACCOUNT: self._presence.account, THIRD: self._third_party,
            PROFILE: partial(self._own, PROFILE), STATUS: partial(self._own, STATUS),
            THREADGATE: partial(self._gate, THREADGATE), POSTGATE: partial(self._gate, POSTGATE),
        }  # fmt: skip
        self._remember_old_posts()

    def happen(self, time_us: int) -> None:
        """Let one thing happen at a stream time: something due, or something new. It may be many events."""
        if self._later and self._later[0][0] <= time_us:
            heappop(self._later)[2](time_us)
            return
        random = self._random.random
        kind = self._kinds[bisect_right(self._sums, random() * self._sums[-1], 0, len(self._sums) - 1)]
        if kind in mix.DELETE_SHARE and random() < mix.DELETE_SHARE[kind]:
            self._delete(kind, time_us)
        else:
            self._doings[kind](time_us)

    # --- posts, and what is done to them

    def _post(self, time_us: int) -> None:
        commit = self._commit(self._actor(), time_us)
        self._write_post(commit)
        if self._random.random() < mix.THREAD_SHARE:
            for _ in range(1 + int(5 * self._random.random())):
                self._write_post(commit, thread=True)
        self._done(commit)

    def _write_post(self, commit: Commit, thread: bool = False) -> str:
        random = self._random
        reply, root = "", ""
        if thread:
            reply, root = _reply(self._latest)
        elif random.random() < mix.REPLY_SHARE:
            reply, root = _reply(self._attention.draw(random))
        quote_uri = self._quoted() if random.random() < mix.QUOTE_SHARE else ""
        mentioned = did(self._population.famous(random))
        record = post_record(random, commit.created_at(), reply, quote_uri, mentioned)
        operation = "update" if random.random() < mix.UPDATE_SHARE[POST] else "create"
        key = commit.key()
        uri = commit.create(POST, key, record, operation)
        self._latest = Post(uri, commit.actor, root or uri)
        # Ten times the charm for every hundredth part of the way to the top.
        charm = 0.6 + 30.0 / (1 + self._population.fame_rank(commit.actor)) ** 0.5
        slot = self._attention.add(random, self._latest, charm)
        self._live[POST].add(random, Record(commit.actor, key, uri, slot))
        return key

    def _quoted(self) -> str:
        if self._random.random() >= mix.QUOTE_OTHER_SHARE:
            return self._attention.draw(self._random).uri
        maker = did(self._population.famous(self._random))
        return f"at://{maker}/app.bsky.graph.starterpack/{tid(self._start_us - 1, 7)}"

    def _like(self, time_us: int) -> None:
        self._react(LIKE, mix.LIKE_VIA_SHARE, time_us)

    def _repost(self, time_us: int) -> None:
        self._react(REPOST, mix.REPOST_VIA_SHARE, time_us)

    def _react(self, collection: str, via_share: float, time_us: int) -> None:
        random = self._random
        through = self._attention.draw_repost(random) if random.random() < via_share else None
        via, post = through or ("", self._attention.draw(random))
        own = random.random() < mix.SELF_SHARE and post.author not in self._presence.silent
        uri = post.uri
        if collection == LIKE and random.random() < mix.LIKE_OTHER_SHARE:
            maker = did(self._population.famous(random))
            uri, via = f"at://{maker}/app.bsky.feed.generator/feed-{int(9 * random.random())}", ""
        commit = self._commit(post.author if own else self._actor(), time_us)
        made = self._create(commit, collection, commit.key(), uri, via)
        if collection == REPOST:
            self._attention.add_repost(made, post)
        self._done(commit)

    def _create(self, commit: Commit, collection: str, key: str, subject: str, via: str = "") -> str:
        if subject.startswith("at://"):
            record = subject_record(collection, commit.created_at(), subject, via)
        else:
            record = did_record(collection, commit.created_at(), subject)
        self._live[collection].add(self._random, Record(commit.actor, key, subject))
        return commit.create(collection, key, record)

    # --- accounts, and what is done to them

    def _follow(self, time_us: int) -> None:
        self._do_to_accounts(FOLLOW, mix.FOLLOW_MANY_SHARE, time_us)

    def _block(self, time_us: int) -> None:
        self._do_to_accounts(BLOCK, 0, time_us)

    def _do_to_accounts(self, collection: str, many_share: float, time_us: int) -> None:
        random = self._random
        commit = self._commit(self._actor(), time_us)
        for _ in range(
            1 if random.random() >= many_share else 2 + int(50 * random.random() * random.random())
        ):
            self._create(commit, collection, commit.key(), did(self._population.famous(random)))
        self._done(commit)

    def _listitem(self, time_us: int) -> None:
        random = self._random
        commit = self._commit(self._actor(), time_us)
        list_uri = f"at://{commit.did}/app.bsky.graph.list/{tid(self._start_us - 2, 9)}"
        for _ in range(1 if random.random() >= mix.LISTITEM_MANY_SHARE else OPERATIONS_COUNT_MAX):
            key, subject = commit.key(), did(self._population.famous(random))
            commit.create(LISTITEM, key, did_record(LISTITEM, commit.created_at(), subject, list_uri))
            self._live[LISTITEM].add(random, Record(commit.actor, key, subject))
            if random.random() < 0.05:
                break
        self._done(commit)

    # --- deletes

    def _delete(self, collection: str, time_us: int) -> None:
        random = self._random
        record = self._live[collection].draw(random) if random.random() >= mix.UNSEEN_DELETE_SHARE else None
        if record is None or record.actor in self._presence.silent:
            age_us = int(86_400_000_000 * 200 * random.random())
            record = Record(self._actor(), tid(self._start_us - 3_600_000_000 - age_us, 11), "")
        commit = self._commit(record.actor, time_us)
        self._remove(commit, collection, record, time_us)
        if random.random() < mix.DELETE_MANY_SHARE:
            for _ in range(1 + int(30 * random.random() * random.random())):
                commit.delete(collection, commit.key())
        self._done(commit)

    def _remove(self, commit: Commit, collection: str, record: Record, time_us: int) -> None:
        random = self._random
        commit.delete(collection, record.key)
        self._live[collection].remove(record)
        if collection == POST and record.slot >= 0:
            self._attention.forget(record.slot, record.subject)
        elif record.subject and collection != LISTITEM and random.random() < mix.RELIKE_SHARE:
            key = record.key if random.random() < mix.RECREATE_SHARE else ""
            due_us = time_us + int(120_000_000 * random.random() * random.random())
            self._do_later(due_us, partial(self._again, collection, record, key))

    def _again(self, collection: str, record: Record, key: str, time_us: int) -> None:
        """Someone likes (reposts, follows, blocks) again what they have just unliked, or the same record."""
        if record.actor in self._presence.silent:
            return
        commit = self._commit(record.actor, time_us)
        self._create(commit, collection, key or commit.key(), record.subject)
        self._done(commit)

    # --- what an account keeps once, under a key that is no TID

    def _own(self, collection: str, time_us: int) -> None:
        random = self._random
        commit = self._commit(self._actor(), time_us)
        if random.random() < mix.SELF_DELETE_SHARE[collection]:
            commit.delete(collection, "self")
        else:
            operation = "update" if random.random() < mix.UPDATE_SHARE[collection] else "create"
            record = (profile_record if collection == PROFILE else status_record)(commit.created_at(), random)
            commit.create(collection, "self", record, operation)
        self._done(commit)

    def _gate(self, collection: str, time_us: int) -> None:
        """A gate stands under its post's key: mostly made in the post's commit, else changed later."""
        random = self._random
        old = self._live[POST].draw(random)
        if old is None or old.actor in self._presence.silent or random.random() < 0.6:
            commit = self._commit(self._actor(), time_us)
            key, operation = self._write_post(commit), "create"
        else:
            commit, key = self._commit(old.actor, time_us), old.key
            operation = "update" if random.random() < 0.7 else "create"
        if operation == "update" and random.random() < mix.SELF_DELETE_SHARE[collection]:
            commit.delete(collection, key)
        else:
            uri = f"at://{commit.did}/{POST}/{key}"
            commit.create(
                collection, key, gate_record(collection, commit.created_at(), uri, random), operation
            )
        self._done(commit)

    def _third_party(self, time_us: int) -> None:
        random = self._random
        commit = self._commit(self._actor(), time_us)
        collection = THIRD_PARTY[int(random.random() * len(THIRD_PARTY))]
        key = (
            f"{commit.did}::did:web:media.example.com"
            if collection.startswith("place.stream")
            else commit.key()
        )
        if random.random() < mix.SELF_DELETE_SHARE[THIRD]:
            commit.delete(collection, key)
        else:
            operation = "update" if random.random() < mix.UPDATE_SHARE[THIRD] else "create"
            commit.create(collection, key, third_party_record(collection, time_us, random), operation)
        self._done(commit)

    # --- the way of every event

    def _actor(self) -> int:
        """A busy account that is active."""
        actor = self._population.busy(self._random)
        while actor in self._presence.silent:
            actor = self._population.busy(self._random)
        return actor

    def _commit(self, actor: int, time_us: int) -> Commit:
        return Commit(self._random, self._population, actor, time_us)

    def _done(self, commit: Commit) -> None:
        self.ready.extend(commit.drafts)

    def _do_later(self, due_us: int, what: Callable[[int], None]) -> None:
        if len(self._later) < LATER_COUNT_MAX:
            self._later_count += 1
            heappush(self._later, (due_us, self._later_count, what))

    def _remember_old_posts(self) -> None:
        for number in range(OLD_POSTS_COUNT, 0, -1):
            author = self._population.busy(self._random)
            uri = f"at://{did(author)}/{POST}/{tid(self._start_us - number * 250_000, 3)}"
            self._latest = Post(uri, author, uri)
            self._attention.add(self._random, self._latest)


def _reply(parent: Post) -> tuple[str, str]:
    """The reply object as JSON, and the root's URI."""
    return f'{{"parent":{strong_ref(parent.uri)},"root":{strong_ref(parent.root)}}}', parent.root
