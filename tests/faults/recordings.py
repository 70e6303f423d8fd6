"""The recordings of the runs: a simulation of a seed, some of it poison, with a known end.

The end is a few plain events of as many accounts, for every lane to pass: poison may stand at the last place of what is
before it. Once the lanes are beyond the middle of the end, everything before it has been counted.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.recording import Writer
from benchmarks.simulator import START_US, Simulation
from tests.collector.frames import ALICE, NOON_US, key, like, post_uri

EVENTS = 12_000
"""Of a recording, without its end."""
POISON_SHARE = 0.01
RATE = 500.0
END_COUNT = 64
_AFTER_MS = 100
_STEP_MS = 10
_ACCOUNTS = 3_000
_RECORDINGS = 4  # different ones: a seed has one of them


def recording(folder: Path, seed: int, events: int = EVENTS) -> Path:
    """The recording of a seed; kept in the folder."""
    number = seed % _RECORDINGS + 1
    path = folder / f"recording-{number}-{events}.jsonl"
    if not path.exists():
        made = path.with_suffix(f".{uuid.uuid4().hex}.jsonl")
        record(made, number, events)
        made.rename(path)  # another lane may look for it just now
    return path


def record(
    path: Path, seed: int, events: int = EVENTS, poison_share: float = POISON_SHARE, rate: float = RATE
) -> None:
    """Write so many events, and the end."""
    simulation = Simulation(seed, START_US, rate, poison_share=poison_share, accounts_count=_ACCOUNTS)
    time_us = START_US
    with Writer(path) as writer:
        for time_us, line in islice(simulation.events(), events):  # noqa: B007 - the last one is wanted
            writer.write(line)
        for line in end(time_us):
            writer.write(line)


def end(time_us: int) -> Iterator[bytes]:
    """The end of a recording: likes of somebody's post after this time."""
    first_ms = (time_us - NOON_US) // 1000 + _AFTER_MS
    for number in range(END_COUNT):
        did = "did:plc:" + "".join(chr(ord("a") + (number >> bit & 1)) for bit in range(6)) + "z" * 18
        yield like(post_uri(ALICE, key(0)), did, first_ms + number * _STEP_MS)
