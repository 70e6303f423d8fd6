"""What was delivered: the union of all frames of the recordings, each event once, each refusal once.

It owns that the same key delivered again is the same event, whatever its stream time, and that its first
well-formed delivery is the one that counts. It does not know what the database holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ops.audit.frames import Event, Key, Refused, RepoFrame, judge, judge_all

PROGRESS_FRAMES = 100_000
BEGINS_BYTES = 160  # of a sample, for the reader of a report


@dataclass(slots=True)
class Refusal:
    """What must stand once in quarantine: the digests of the samples it may stand with, and how the first begins."""

    samples: set[bytes]
    begins: bytes
    stands: bool = False


@dataclass(slots=True)
class Deliveries:
    """All frames so far. A key in both `events` and `refusals` came well-formed once and ill-formed once."""

    frames: int = 0
    latest_us: int = 0  # of any event's stream times
    events: dict[Key, Event] = field(default_factory=dict)
    refusals: dict[Key | bytes, Refusal] = field(default_factory=dict)

    def add(self, delivered: Event | Refused | None) -> None:
        """Take in what a frame says."""
        if isinstance(delivered, Event):
            delivered.seen_before = self.latest_us
            known = self.events.setdefault(delivered.key, delivered)
            self.latest_us = max(self.latest_us, delivered.times[0])
            if delivered.times[0] not in known.times:
                known.times += delivered.times
        elif delivered is not None:
            refusal = self.refusals.setdefault(
                delivered.identity, Refusal(set(), delivered.sample[:BEGINS_BYTES])
            )
            refusal.samples.add(sample_digest(delivered.sample))

    def either(self, key: Key) -> bool:
        """Whether this key may stand in the log or in quarantine, as its deliveries disagree."""
        return key in self.events and key in self.refusals

    def counted(self) -> Iterable[Event]:
        """The events that must count: all but those that rightly stand in quarantine instead of the log."""
        for key, event in self.events.items():
            refusal = self.refusals.get(key)
            if refusal is None or event.logged is not None or not refusal.stands:
                yield event


def sample_digest(sample: bytes) -> bytes:
    """What stands for a sample of up to 64 KiB."""
    return hashlib.blake2b(sample, digest_size=16).digest()


def deliveries(frames: Iterable[bytes | RepoFrame], now_us: int, progress: Callable[[str], None]) -> Deliveries:
    """Read all frames."""
    union, synced = Deliveries(), dict[object, object]()
    for frame in frames:
        union.frames += 1
        for delivered in judge_all(frame, now_us) if isinstance(frame, RepoFrame) else [judge(frame, now_us, synced)]:
            union.add(delivered)
        if union.frames % PROGRESS_FRAMES == 0:
            progress(f"read {union.frames:,} frames: {len(union.events):,} events")
    progress(f"read {union.frames:,} frames: {len(union.events):,} events, {len(union.refusals):,} refused")
    return union
