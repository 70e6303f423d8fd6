"""A model of the boards in plain Python: every record and what it counts, summed by hand for any window.

A record may be made and deleted again and again, in any order of coming: revs say what follows what. It shares no code
with what it judges.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

MINUTES = {"1h": 60, "1d": 1440, "7d": 168 * 60, "30d": 720 * 60, "all": 1 << 40}
RECEIVED = {"like": "likes", "repost": "reposts", "reply": "replies", "quote": "quotes"}
ENGAGING = set(RECEIVED.values())


@dataclass
class Record:
    """One making of a record, and perhaps the deletion of what was made, in minutes after noon."""

    kind: str  # like, repost, follow, post
    did: str
    rkey: str
    made: int
    rev: int  # in milliseconds after noon
    deleted: int | None = None
    subject: tuple[str, str] | None = None  # author and key of a post; of a follow the account alone
    reply: bool = False
    quoted: tuple[str, str] | None = None  # author and key of a post
    mentions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str = "en"
    media: int = 0
    """Of a post: 0 none, 1 some, 2 with alternative text. Of a repost, decided: its post's, if that was known."""
    decided: bool = False
    """Of a repost."""

    @property
    def is_lost(self) -> bool:
        """Whether its delete takes back what it counted: within 7 days, but of follows always."""
        return self.deleted is not None and (self.kind == "follow" or self.deleted - self.made < 7 * 1440)

    def counts(self) -> Iterator[tuple[str, str, str]]:
        """Kind of board, metric, key."""
        if self.kind == "post":
            if not self.reply:
                yield "accounts", "posts", self.did
            yield from (("hashtags", "posts", tag) for tag in self.tags)
            yield "languages", "posts", self.lang
            yield from (("accounts", "mentions_received", did) for did in self.mentions if did != self.did)
            yield from self._received("quote", self.quoted)
        if self.kind != "follow":
            yield from self._received("reply" if self.kind == "post" else self.kind, self.subject)
        elif self.subject and self.subject[0] != self.did:
            yield "accounts", "followers", self.subject[0]

    def _received(self, what: str, subject: tuple[str, str] | None) -> Iterator[tuple[str, str, str]]:
        if subject is None or subject[0] == self.did:
            return
        author, rkey = subject
        for name in (RECEIVED[what], "engagement"):
            yield "accounts", name if name == "engagement" else f"{name}_received", author
            yield "posts", name, f"at://{author}/app.bsky.feed.post/{rkey}"


@dataclass
class Model:
    """All records, and who is not shown."""

    records: list[Record] = field(default_factory=list)
    events: dict[tuple[str, ...], list[tuple[int, Record | int]]] = field(default_factory=lambda: defaultdict(list))
    """By kind, DID and key of a record: the rev of each making and of each delete, and the record or the minute."""
    hidden: set[str] = field(default_factory=set)
    unlisted: set[str] = field(default_factory=set)
    live: set[tuple[str, ...]] = field(default_factory=set)
    """Kind, DID and key of every record that there is."""

    def delete(self, record: Record, rev: int, minute: int) -> None:
        """Delete whatever there is under a record's key at this rev."""
        self._happened(record, rev, minute)

    def add(self, record: Record) -> None:
        self.records.append(record)
        self._happened(record, record.rev, record)

    def _happened(self, record: Record, rev: int, event: Record | int) -> None:
        """A delete takes back the latest making before it, unless another delete stands between."""
        of = record.kind, record.did, record.rkey
        self.events[of].append((rev, event))
        there: Record | None = None
        for _, each in sorted(self.events[of], key=lambda event: event[0]):
            if isinstance(each, Record):
                there, each.deleted = each, None
            elif there is not None:
                there.deleted, there = each, None
        (self.live.discard if there is None else self.live.add)(of)

    def decide(self, at: int) -> None:
        """Every record is told, and the minutes before this one are over: what reposts in them are of is said for ever,
        by the posts that are there already."""
        for record in self.records:
            if record.kind == "repost" and record.made < at and not record.decided:
                made = [
                    each for each in self.records
                    if (each.kind, each.did, each.rkey) == ("post", *(record.subject or ()))
                    and record.made - 7 * 1440 < each.made <= record.made
                ]  # fmt: skip
                record.decided, record.media = True, max(made, key=lambda each: each.rev).media if made else 0

    def boards(self, window: str, at: int, rows: int) -> dict[tuple[str, str], list[tuple[str, int, int]]]:
        """Every board that is not empty: key, gained, lost, best first; `at` is the watermark's minute."""
        begin = begin_of(window, at)
        gained: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        lost: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        authors: dict[tuple[str, str], set[str]] = defaultdict(set)
        for record in self.records:
            for kind, metric, key in record.counts():
                if begin <= record.made <= at:
                    gained[kind, metric][key] += 1
                    if kind in ("hashtags", "languages"):
                        authors[kind, key].add(record.did)
                if record.is_lost and begin <= (record.deleted or 0) <= at:
                    lost[kind, metric][key] += 1
        if window == "all":
            gained.clear()
        for record in self.records:
            if begin <= record.made <= at and (points := self.points(record)):
                gained["accounts", "level" if window == "all" else "experience"][record.did] += points
        for (kind, key), who in authors.items() if window != "all" else ():
            gained[kind, "authors"][key] = len(who)
        found = {}
        for board, counts in gained.items():
            shown = {key: n - lost[board][key] for key, n in counts.items() if self._is_shown(board[0], key)}
            order = sorted((key for key, value in shown.items() if value > 0), key=lambda key: (-shown[key], key))
            if order:
                found[board] = [(key, counts[key], lost[board][key]) for key in order[:rows]]
        return found

    def points(self, record: Record) -> int:
        """What the record earned its account, by the article; deletes take nothing back."""
        if record.kind == "post":
            return (50, 60, 70)[record.media]
        if record.subject is None or record.kind not in ("like", "repost"):
            return 0
        return 10 if record.kind == "like" else (50, 60, 70)[record.media]

    def actors(self, window: str, at: int) -> dict[tuple[str, str], dict[str, int]]:
        """How many different accounts did what boards of accounts and posts count, by key."""
        begin = begin_of(window, at)
        who: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for record in self.records:
            if begin <= record.made <= at:
                for kind, metric, key in record.counts():
                    who[kind, metric][key].add(record.did)
        return {board: {key: len(dids) for key, dids in keys.items()} for board, keys in who.items()}

    def active(self, window: str, at: int) -> int:
        """How many accounts made anything."""
        begin = begin_of(window, at)
        made = [record for record in self.records if record.kind == "post" or record.subject is not None]
        return len({record.did for record in made if begin <= record.made <= at})

    def _is_shown(self, kind: str, key: str) -> bool:
        away = self.hidden | self.unlisted
        if kind == "accounts":
            return key not in away
        if kind != "posts":
            return True
        did, rkey = key.split("/")[2], key.split("/")[4]
        post = ("post", did, rkey)
        was_deleted = any(isinstance(event, int) for _, event in self.events.get(post, ()))
        return did not in away and (post in self.live or not was_deleted)


def begin_of(window: str, at: int) -> int:
    """The first minute of the window whose last one is `at`."""
    end = at + 1 if window in ("1h", "1d") else at - at % 60 + 60
    return end - MINUTES[window]
