"""Random doings of a few accounts, told to a rig and to the model of boards alike."""

from __future__ import annotations

import random
from datetime import datetime

from tests.collector.board_model import Model, Record
from tests.collector.frames import delete, follow, frame, key, mention, notice, post, post_uri, quote
from tests.collector.rig import Rig

DIDS = [f"did:plc:{letter * 24}" for letter in "abcdefgh"]
KINDS = ["like", "like", "like", "repost", "follow", "post", "delete"]
TAGS = ["cats", "dogs", "art", "news", "rain"]
_MINUTE_MS = 60_000
BLOB = {"$type": "blob", "ref": {"$link": "bafkrei"}, "mimeType": "image/jpeg", "size": 1}


class History:
    """Random doings, told to the rig and to the model alike."""

    def __init__(self, rig: Rig, seed: int, dids: list[str] = DIDS) -> None:
        self.rig, self.rng, self.model, self.dids = rig, random.Random(seed), Model(), dids
        self.minute, self.frames, self.changed = 0, list[bytes](), set[datetime]()
        self.posts: list[tuple[str, str]] = []
        self.made = 0
        self.late = [0, 0, 0, 0, 1, 59, 61, 180]
        """By how many minutes events may be."""

    def act(self) -> None:
        """One event, now or late."""
        minute = max(0, self.minute - self.rng.choice(self.late))
        self.made += 1
        ms = minute * _MINUTE_MS + self.made % _MINUTE_MS
        did, kind = self.rng.choice(self.dids), self.rng.choice(KINDS)
        if kind == "delete":
            self.delete(minute, ms)
            return
        again = [each for each in self.model.records if self.rng.random() < 0.01]
        record = Record(kind, did, key(ms), minute, ms)
        if again:
            record.kind, record.did, record.rkey = again[0].kind, again[0].did, again[0].rkey
        if record.kind in ("follow", "post") or self.posts:
            self.make(record, ms)
            self.model.add(record)

    def make(self, record: Record, ms: int) -> None:
        """One that is made for the first time, or again."""
        if record.kind == "follow":
            record.subject = (self.rng.choice(self.dids), "")
            self.frames.append(follow(record.subject[0], record.did, ms, rkey=record.rkey))
        elif record.kind == "post":
            self.write(record, ms)
        else:
            record.subject = self.liked()
            subject = {"uri": post_uri(*record.subject), "cid": "x"}
            self.frames.append(frame(record.kind, record.did, ms, rkey=record.rkey, subject=subject))

    def liked(self) -> tuple[str, str]:
        """A post, the first ones rather than the last ones."""
        return self.posts[min(int(self.rng.expovariate(0.3)), len(self.posts) - 1)]

    def write(self, record: Record, ms: int) -> None:
        record.tags = tuple(self.rng.sample(TAGS, self.rng.randrange(3)))
        record.lang = self.rng.choice(["en", "ja", "pt", "de"])
        more: dict[str, object] = {"tags": list(record.tags)} if record.tags else {}
        if self.posts and self.rng.random() < 0.5:
            record.reply, record.subject = True, self.liked()
            ref = {"uri": post_uri(*record.subject), "cid": "x"}
            more["reply"] = {"root": ref, "parent": ref}
        record.media = self.rng.choice([0, 0, 1, 2])
        if self.posts and self.rng.random() < 0.2:
            record.quoted = self.liked()
        more |= embedded(record)
        record.mentions = tuple(self.rng.sample(self.dids, self.rng.choice([0, 0, 0, 1, 2])))
        if record.mentions:
            more["facets"] = [mention(did) for did in record.mentions * 2]
        self.frames.append(post(record.did, ms, langs=[record.lang], rkey=record.rkey, **more))
        if (record.did, record.rkey) not in self.posts:
            self.posts.append((record.did, record.rkey))

    def delete(self, minute: int, ms: int) -> None:
        alive = [r for r in self.model.records if r.deleted is None and r.made <= minute]
        if alive:
            record = self.rng.choice(alive)
            self.model.delete(record, ms, minute)
            self.frames.append(delete(record.kind, record.rkey, record.did, ms))

    def turn(self, did: str, *, hide: bool) -> None:
        """An account is not active any more, or active again."""
        self.made += 1
        self.frames.append(
            notice("account", did, self.minute * _MINUTE_MS + self.made % _MINUTE_MS, seq=self.made, active=not hide)
        )
        (self.model.hidden.add if hide else self.model.hidden.discard)(did)

    def wish(self, did: str, *, unlisted: bool) -> None:
        """A profile asks not to be shown, or does no more."""
        self.made += 1
        labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
        ms = self.minute * _MINUTE_MS + self.made % _MINUTE_MS
        more = {"labels": labels} if unlisted else {}
        self.frames.append(frame("app.bsky.actor.profile", did, ms, rkey="self", displayName="x", **more))
        (self.model.unlisted.add if unlisted else self.model.unlisted.discard)(did)

    def fold(self) -> None:
        """Tell everything, some of it twice, and fold."""
        again = self.rng.sample(self.frames, len(self.frames) // 5)
        self.rig.hand(*self.frames, *again, at=self.minute * _MINUTE_MS + 59_999)
        self.frames = []
        self.changed |= self.rig.fold()
        self.model.decide(self.minute)


def embedded(record: Record) -> dict[str, object]:
    """What a post shows and quotes."""
    image = {"alt": "a cat" if record.media == 2 else "", "image": BLOB}
    images = {"$type": "app.bsky.embed.images", "images": [image]}
    if record.quoted is None:
        return {"embed": images} if record.media else {}
    quoted = quote(post_uri(*record.quoted))
    if not record.media:
        return {"embed": quoted}
    return {"embed": {"$type": "app.bsky.embed.recordWithMedia", "media": images, "record": quoted}}
