"""A simulated network: who does what to whom, one commit, identity or account change at a time.

This module owns the mix of kinds (protocol notes 7.2 and 7.6) and the state that makes events hang together: recent
posts, live records, inactive accounts, things to be done later. It does not know the rate, and gives drafts that lack
only their stream time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import accumulate
from random import Random

from benchmarks.attention import Attention, Post
from benchmarks.commit import Commit, Draft, iso
from benchmarks.live import LivePool, Record
from benchmarks.population import Population, did
from benchmarks.posts import post_record, strong_ref
from benchmarks.records import (
    POSTGATE,
    PROFILE,
    STATUS,
    THREADGATE,
    did_record,
    gate_record,
    profile_record,
    status_record,
    subject_record,
    third_party_record,
)
from benchmarks.tid import tid
from benchmarks.words import THIRD_PARTY

LIKE, REPOST, POST = "app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.feed.post"
FOLLOW, BLOCK, LISTITEM = "app.bsky.graph.follow", "app.bsky.graph.block", "app.bsky.graph.listitem"
THIRD, IDENTITY, ACCOUNT = "third party", "identity", "account"

MIX = {LIKE: 0.67, POST: 0.12, REPOST: 0.11, FOLLOW: 0.075, BLOCK: 0.007, THREADGATE: 0.006, PROFILE: 0.0035,
       POSTGATE: 0.003, THIRD: 0.003, LISTITEM: 0.002, STATUS: 0.001, ACCOUNT: 0.0008, IDENTITY: 0.0006}  # fmt: skip
# The sign-up surge of November 2024: what a network looks like that doubles in a month.
SURGE_MIX = {LIKE: 0.473, FOLLOW: 0.333, POST: 0.094, REPOST: 0.059, BLOCK: 0.0163, PROFILE: 0.0081, LISTITEM: 0.0078,
             ACCOUNT: 0.0034, IDENTITY: 0.0029, THIRD: 0.003, STATUS: 0.0005, THREADGATE: 0.0004, POSTGATE: 0.0002}
MIXES = {"2026": MIX, "2024": SURGE_MIX}

DELETE_SHARE = {LIKE: 0.012, REPOST: 0.037, POST: 0.049, FOLLOW: 0.135, BLOCK: 0.06, LISTITEM: 0.175}
UNSEEN_DELETE_SHARE = 0.15  # of deletes: records older than the simulation; with those of many, a fifth
UPDATE_SHARE = {PROFILE: 0.6, STATUS: 0.4, THREADGATE: 0.3, POSTGATE: 0.3, THIRD: 0.2, POST: 0.001}
SELF_DELETE_SHARE = {PROFILE: 0.005, STATUS: 0.32, THREADGATE: 0.05, POSTGATE: 0.05, THIRD: 0.1}
REPLY_SHARE, QUOTE_SHARE, QUOTE_OTHER_SHARE = 0.45, 0.058, 0.04
LIKE_VIA_SHARE, REPOST_VIA_SHARE, SELF_SHARE, LIKE_OTHER_SHARE = 0.17, 0.36, 0.01, 0.006
THREAD_SHARE, FOLLOW_MANY_SHARE, LISTITEM_MANY_SHARE, DELETE_MANY_SHARE = 0.01, 0.002, 0.01, 0.005
RELIKE_SHARE, RECREATE_SHARE = 0.2, 0.02  # of deletes: done again later; the latter under the same key
ARRIVAL_SHARE = 0.65  # of what is said of accounts; the rest leaves
STATUSES = ("deactivated", "deactivated", "deactivated", "deleted", "deleted", "takendown", "takendown", "suspended")
OLD_POSTS_COUNT = 20_000  # posts from before the simulation, so that its first likes have something to like
SEQ_FIRST = 31_527_015_322
OPERATIONS_COUNT_MAX = 200  # the network refuses larger commits
LATER_COUNT_MAX = 50_000
SILENT_COUNT_MAX = 20_000

Later = tuple[int, int, Callable[[int], None]]


class Network:
    """Holds the state and appends what happens to `ready`, one draft an event, in order."""

    def __init__(self, random: Random, population: Population, start_us: int, mix: str) -> None:
        self.ready: deque[Draft] = deque()
        self._random = random
        self._population = population
        self._start_us = start_us
        self._attention = Attention()
        self._live: defaultdict[str, LivePool] = defaultdict(LivePool)
        self._later: list[Later] = []
        self._later_count = 0
        self._silent: dict[int, None] = {}
        self._seq = SEQ_FIRST
        self._latest = Post("", -1, "")
        self._kinds = list(MIXES[mix])
        self._sums = list(accumulate(MIXES[mix].values()))
        self._doings: dict[str, Callable[[int], None]] = {
            LIKE: self._like, REPOST: self._repost, POST: self._post, FOLLOW: self._follow, BLOCK: self._block,
            LISTITEM: self._listitem, IDENTITY: self._identity, ACCOUNT: self._account, THIRD: self._third_party,
            PROFILE: partial(self._own, PROFILE), STATUS: partial(self._own, STATUS),
            THREADGATE: partial(self._gate, THREADGATE), POSTGATE: partial(self._gate, POSTGATE),
        }  # fmt: skip
        self._remember_old_posts()

    def happen(self, time_us: int) -> None:
        """Let one thing happen at a stream time: something due, or something new. It may be several events."""
        if self._later and self._later[0][0] <= time_us:
            heappop(self._later)[2](time_us)
            return
        random = self._random.random
        kind = self._kinds[bisect_right(self._sums, random() * self._sums[-1], 0, len(self._sums) - 1)]
        if kind in DELETE_SHARE and random() < DELETE_SHARE[kind]:
            self._delete(kind, time_us)
        else:
            self._doings[kind](time_us)

    # --- posts, and what is done to them

    def _post(self, time_us: int) -> None:
        commit = self._commit(self._actor(), time_us)
        self._write_post(commit)
        if self._random.random() < THREAD_SHARE:
            for _ in range(1 + int(5 * self._random.random())):
                self._write_post(commit, thread=True)
        self._done(commit)

    def _write_post(self, commit: Commit, thread: bool = False) -> str:
        random = self._random
        reply, root = "", ""
        if thread:
            reply, root = _reply(self._latest)
        elif random.random() < REPLY_SHARE:
            reply, root = _reply(self._attention.draw(random))
        quote_uri = self._quoted() if random.random() < QUOTE_SHARE else ""
        mentioned = did(self._population.famous(random))
        record = post_record(random, commit.created_at(), reply, quote_uri, mentioned)
        operation = "update" if random.random() < UPDATE_SHARE[POST] else "create"
        key = commit.key()
        uri = commit.create(POST, key, record, operation)
        self._latest = Post(uri, commit.actor, root or uri)
        # Ten times the charm for every hundredth part of the way to the top.
        charm = 0.6 + 30.0 / (1 + self._population.fame_rank(commit.actor)) ** 0.5
        slot = self._attention.add(random, self._latest, charm)
        self._live[POST].add(random, Record(commit.actor, key, uri, slot))
        return key

    def _quoted(self) -> str:
        if self._random.random() >= QUOTE_OTHER_SHARE:
            return self._attention.draw(self._random).uri
        maker = did(self._population.famous(self._random))
        return f"at://{maker}/app.bsky.graph.starterpack/{tid(self._start_us - 1, 7)}"

    def _like(self, time_us: int) -> None:
        self._react(LIKE, LIKE_VIA_SHARE, time_us)

    def _repost(self, time_us: int) -> None:
        self._react(REPOST, REPOST_VIA_SHARE, time_us)

    def _react(self, collection: str, via_share: float, time_us: int) -> None:
        random = self._random
        through = self._attention.draw_repost(random) if random.random() < via_share else None
        via, post = through or ("", self._attention.draw(random))
        own = random.random() < SELF_SHARE and post.author not in self._silent
        uri = post.uri
        if collection == LIKE and random.random() < LIKE_OTHER_SHARE:
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
        self._do_to_accounts(FOLLOW, FOLLOW_MANY_SHARE, time_us)

    def _block(self, time_us: int) -> None:
        self._do_to_accounts(BLOCK, 0, time_us)

    def _do_to_accounts(self, collection: str, many_share: float, time_us: int) -> None:
        random = self._random
        commit = self._commit(self._actor(), time_us)
        for _ in range(1 if random.random() >= many_share else 2 + int(50 * random.random() * random.random())):
            self._create(commit, collection, commit.key(), did(self._population.famous(random)))
        self._done(commit)

    def _listitem(self, time_us: int) -> None:
        random = self._random
        commit = self._commit(self._actor(), time_us)
        list_uri = f"at://{commit.did}/app.bsky.graph.list/{tid(self._start_us - 2, 9)}"
        for _ in range(1 if random.random() >= LISTITEM_MANY_SHARE else OPERATIONS_COUNT_MAX):
            key, subject = commit.key(), did(self._population.famous(random))
            commit.create(LISTITEM, key, did_record(LISTITEM, commit.created_at(), subject, list_uri))
            self._live[LISTITEM].add(random, Record(commit.actor, key, subject))
            if random.random() < 0.05:
                break
        self._done(commit)

    # --- deletes

    def _delete(self, collection: str, time_us: int) -> None:
        random = self._random
        record = self._live[collection].draw(random) if random.random() >= UNSEEN_DELETE_SHARE else None
        if record is None or record.actor in self._silent:
            age_us = int(86_400_000_000 * 200 * random.random())
            record = Record(self._actor(), tid(self._start_us - 3_600_000_000 - age_us, 11), "")
        commit = self._commit(record.actor, time_us)
        self._remove(commit, collection, record, time_us)
        if random.random() < DELETE_MANY_SHARE:
            for _ in range(1 + int(30 * random.random() * random.random())):
                commit.delete(collection, commit.key())
        self._done(commit)

    def _remove(self, commit: Commit, collection: str, record: Record, time_us: int) -> None:
        random = self._random
        commit.delete(collection, record.key)
        self._live[collection].remove(record)
        if collection == POST and record.slot >= 0:
            self._attention.forget(record.slot, record.subject)
        elif record.subject and collection != LISTITEM and random.random() < RELIKE_SHARE:
            key = record.key if random.random() < RECREATE_SHARE else ""
            due_us = time_us + int(120_000_000 * random.random() * random.random())
            self._do_later(due_us, partial(self._again, collection, record, key))

    def _again(self, collection: str, record: Record, key: str, time_us: int) -> None:
        """Someone likes (reposts, follows, blocks) again what they have just unliked, at times under the old key."""
        if record.actor in self._silent:
            return
        commit = self._commit(record.actor, time_us)
        self._create(commit, collection, key or commit.key(), record.subject)
        self._done(commit)

    # --- what an account keeps once, under a key that is no TID

    def _own(self, collection: str, time_us: int) -> None:
        random = self._random
        commit = self._commit(self._actor(), time_us)
        if random.random() < SELF_DELETE_SHARE[collection]:
            commit.delete(collection, "self")
        else:
            operation = "update" if random.random() < UPDATE_SHARE[collection] else "create"
            record = (profile_record if collection == PROFILE else status_record)(commit.created_at(), random)
            commit.create(collection, "self", record, operation)
        self._done(commit)

    def _gate(self, collection: str, time_us: int) -> None:
        """A gate stands under its post's key: mostly made in the post's commit, else changed later."""
        random = self._random
        old = self._live[POST].draw(random)
        if old is None or old.actor in self._silent or random.random() < 0.6:
            commit = self._commit(self._actor(), time_us)
            key, operation = self._write_post(commit), "create"
        else:
            commit, key = self._commit(old.actor, time_us), old.key
            operation = "update" if random.random() < 0.7 else "create"
        if operation == "update" and random.random() < SELF_DELETE_SHARE[collection]:
            commit.delete(collection, key)
        else:
            uri = f"at://{commit.did}/{POST}/{key}"
            commit.create(collection, key, gate_record(collection, commit.created_at(), uri, random), operation)
        self._done(commit)

    def _third_party(self, time_us: int) -> None:
        random = self._random
        commit = self._commit(self._actor(), time_us)
        collection = THIRD_PARTY[int(random.random() * len(THIRD_PARTY))]
        key = f"{commit.did}::did:web:media.example.com" if collection.startswith("place.stream") else commit.key()
        if random.random() < SELF_DELETE_SHARE[THIRD]:
            commit.delete(collection, key)
        else:
            operation = "update" if random.random() < UPDATE_SHARE[THIRD] else "create"
            commit.create(collection, key, third_party_record(collection, time_us, random), operation)
        self._done(commit)

    # --- identity and account events

    def _identity(self, time_us: int) -> None:
        self._say_identity(self._population.anyone(self._random), time_us)

    def _say_identity(self, actor: int, time_us: int) -> None:
        handle = f'"handle":"user-{actor}.bsky.social",' if self._random.random() < 0.1 else ""
        self._say("identity", actor, f'{{"did":"{did(actor)}",{handle}"seq":', "", time_us)

    def _say_account(self, actor: int, status: str, time_us: int) -> None:
        active = "false" if status else "true"
        tail = f'"status":"{status}",' if status else ""
        self._say("account", actor, f'{{"active":{active},"did":"{did(actor)}","seq":', tail, time_us)

    def _say(self, kind: str, actor: int, head: str, tail: str, time_us: int) -> None:
        """`seq` is the relay's, which counts every frame it sends: far more than the accounts' own."""
        self._seq += 1 + int(700 * self._random.random())
        said = f'"{kind}","{kind}":{head}{self._seq},{tail}"time":"{iso(time_us - 400_000)}"}}}}'
        self.ready.append(Draft(did(actor), said))

    def _account(self, time_us: int) -> None:
        actor = self._population.anyone(self._random)
        luck = self._random.random()
        if luck < ARRIVAL_SHARE:  # a new account, or one that has moved its host
            self._say_identity(actor, time_us)
            self._say_account(actor, "", time_us)
            return
        status = STATUSES[int(self._random.random() * len(STATUSES))]
        self._say_account(actor, status, time_us)
        if len(self._silent) < SILENT_COUNT_MAX:
            self._silent[actor] = None
        if status == "deactivated" or status == "suspended":
            due_us = time_us + int(900_000_000 * self._random.random() * self._random.random())
            self._do_later(due_us, partial(self._come_back, actor))

    def _come_back(self, actor: int, time_us: int) -> None:
        self._silent.pop(actor, None)
        self._say_account(actor, "", time_us)

    # --- the way of every event

    def _actor(self) -> int:
        """A busy account that is active."""
        actor = self._population.busy(self._random)
        while actor in self._silent:
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
