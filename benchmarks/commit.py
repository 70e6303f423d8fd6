"""One simulated commit: an account's rev and the operations under it, written as Jetstream v1 writes them.

This module owns the layout of a commit line (`did, time_us, kind, commit{rev, operation, collection, rkey,
record, cid}`) and the clocks of a repository: rev, record keys, `createdAt`. It does not know why anything is
done.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from random import Random
from typing import NamedTuple

from benchmarks.population import Population, cid, cid_of_bytes, did
from benchmarks.tid import tid

# A host that was cut off sends what it has kept, up to 15 minutes old; a host's clock is fast.
LATE_SHARE, LATE_US_MAX = 0.002, 900_000_000
FUTURE_SHARE, FUTURE_US_MAX = 0.001, 20_000_000
ODD_KEY_SHARE = 0.0005
ODD_TIMES = ('"0001-01-01T00:00:00Z"', '"1000-06-01T12:00:00.000Z"', '"2826-04-11T09:30:00.000Z"', '""',
             '"yesterday"', '"2026-07-04 14:38:07"', '"2023-02-30T25:61:00Z"',
             '"1969-12-31T23:59:59.999Z"')  # fmt: skip

SEQ = "SEQ"
"""Where the relay's seq is to stand in a draft."""


class Draft(NamedTuple):
    """A line that lacks only its stream time, and perhaps its seq: what stands before and after."""

    did: str
    rest: str
    says_seq: bool = False

    def line(self, time_us: int, seq: int = 0) -> bytes:
        """The Jetstream line for a stream time (unix microseconds). Only what a relay says itself carries its seq."""
        rest = self.rest.replace(SEQ, str(seq), 1) if self.says_seq else self.rest
        return f'{{"did":"{self.did}","time_us":{time_us},"kind":{rest}'.encode()


@lru_cache(maxsize=64)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def iso(time_us: int) -> str:
    """A moment as the AT Protocol writes it, in milliseconds: `2026-07-04T14:38:07.594Z`."""
    return f"{_second(time_us // 1_000_000)}.{time_us // 1000 % 1000:03d}Z"


def iso_us(time_us: int) -> str:
    """The same in microseconds, as hosts write it. Raises ValueError, OverflowError or OSError for no time."""
    return f"{_second(time_us // 1_000_000)}.{time_us % 1_000_000:06d}Z"


class Commit:
    """Collects the operations of one commit as drafts. Every operation of it carries the same rev."""

    def __init__(self, random: Random, population: Population, actor: int, time_us: int) -> None:
        self.actor = actor
        self.did = did(actor)
        self.drafts: list[Draft] = []
        self._random = random
        self._clock_id = actor * 37 % 1024
        self.rev_us = population.next_rev_us(actor, time_us - _latency_us(random))
        self._rev = tid(self.rev_us, self._clock_id)
        # A client names the record before its host commits it, by a clock of its own.
        self._key_us = self.rev_us - 1_000 - int(60_000 * random.random())

    def key(self) -> str:
        """A new record key: the TID of the next microsecond of the client's clock; seldom something else."""
        self._key_us += 1
        if self._random.random() < ODD_KEY_SHARE:
            return f"entry-{self._key_us}.v1~{self.actor}"
        return tid(self._key_us, (self._clock_id + 5) % 1024)

    def created_at(self) -> str:
        """What the client claims as time of creation, as JSON: mostly right, sometimes nonsense."""
        luck = self._random.random()
        if luck < 0.97:
            return f'"{iso(self._key_us - int(1_500_000 * self._random.random()))}"'
        if luck < 0.99:
            return f'"{_second(self._key_us // 1_000_000 - 2)}+00:00"'
        if luck < 0.996:
            return f'"{iso_us(self._key_us)}"'
        if luck < 0.998:
            return f'"{iso(self._key_us - int(86_400_000_000 * 900 * self._random.random()))}"'
        return ODD_TIMES[int(self._random.random() * len(ODD_TIMES))]

    def create(self, collection: str, key: str, record: str, operation: str = "create") -> str:
        """Add a create (or update) of a record, given as JSON. Returns the record's at:// URI."""
        uri = f"at://{self.did}/{collection}/{key}"
        if collection == "app.bsky.feed.post" or collection == "app.bsky.feed.repost":
            content = cid(uri)  # others refer to it: it must follow from the URI
        else:
            content = cid_of_bytes(self._random.getrandbits(416).to_bytes(52, "big"))
        self._add(
            f'"{operation}","collection":"{collection}","rkey":"{key}","record":{record},"cid":"{content}"'
        )
        return uri

    def delete(self, collection: str, key: str) -> None:
        """Add a delete of a record."""
        self._add(f'"delete","collection":"{collection}","rkey":"{key}"')

    def _add(self, operation: str) -> None:
        rest = f'"commit","commit":{{"rev":"{self._rev}","operation":{operation}}}}}'
        self.drafts.append(Draft(self.did, rest))


def _latency_us(random: Random) -> int:
    """From rev to stream time: p50 0.5 s, p90 0.7 s, at most 1.9 s (July 2026); seldom much more, or less."""
    luck = random.random()
    if luck < LATE_SHARE:
        return int(LATE_US_MAX * random.random())
    if luck < LATE_SHARE + FUTURE_SHARE:
        return -int(FUTURE_US_MAX * random.random())
    luck = random.random()
    if luck < 0.5:
        return int(400_000 + 200_000 * luck)
    if luck < 0.9:
        return int(500_000 + 500_000 * (luck - 0.5))
    return int(700_000 + 120_000_000 * (luck - 0.9) * (luck - 0.9))
