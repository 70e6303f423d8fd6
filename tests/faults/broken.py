"""Faults of frames: broken ones, too large ones, and poison."""

from __future__ import annotations

from pathlib import Path

from benchmarks.faults import FaultOptions, Garbage, oversized
from benchmarks.recording import Writer
from benchmarks.store import Store
from benchmarks.wire import lines
from tests.faults.recordings import EVENTS, record
from tests.faults.run import PROCESS_S_MAX, Fault
from tests.faults.stage import NotFired, Stage

_TOO_LARGE_BYTES = 17 << 20  # more than is received at all


def garbage(stage: Stage) -> None:
    """Frames that are no events: each kind stands in quarantine once."""
    extra(stage, [line for kind in Garbage.KINDS for line in lines(kind)])
    # a recording has no empty lines, so the empty frame is what the recount can not expect
    stage.excused = "not_json: b''"
    stage.play(FaultOptions(garbage_every=500))
    stage.collect()
    stage.end()
    found = stage.one("select count(*) from quarantine where reason = 'not_json' and size < 20")
    if found < len(Garbage.KINDS):
        raise NotFired(f"only {found} kinds of garbage are in quarantine")


def oversize(stage: Stage) -> None:
    """A frame of 9 MB, over the limit for events, is received and stands in quarantine."""
    options = FaultOptions(oversize_at=stage.random.randrange(2000, 8000))
    store = Store.load(stage.recording)
    extra(stage, [oversized(store.time_us(options.oversize_at - 1), options.oversize_bytes)])
    stage.play(options, store)
    stage.collect()
    stage.end()
    if not stage.one("select count(*) from quarantine where reason = 'too_large'"):
        raise NotFired("nothing too large is in quarantine")


def too_large(stage: Stage) -> None:
    """A frame over the limit of the socket is passed over, with a gap row, and everything else is counted."""
    at = stage.random.randrange(2000, 8000)
    stage.play(FaultOptions(oversize_at=at, oversize_bytes=_TOO_LARGE_BYTES))
    stage.collect()
    stage.end()
    if stage.one("select count(*) from gap where reason = 'frame_too_large'") != 1:
        raise NotFired("there is no gap row")


def poison(stage: Stage) -> None:
    """One line in twenty is bad."""
    path = stage.folder / "poison.jsonl"
    record(path, stage.seed, poison_share=0.05)
    stage.recordings = [path]
    stage.begin()
    stage.kill("worker 0")
    stage.end()
    if stage.one("select count(*) from quarantine") < EVENTS * 0.01:
        raise NotFired("there is hardly anything in quarantine")


def extra(stage: Stage, frames: list[bytes]) -> Path:
    """Frames that are delivered besides the recording."""
    path = stage.folder / "extra.jsonl"
    with Writer(path) as writer:
        for one in frames:
            writer.write(one)
    stage.recordings.append(path)
    return path


FAULTS = [
    Fault("garbage", garbage, runs=1),
    Fault("an oversized frame", oversize, runs=1),
    Fault("a frame too large", too_large, runs=1),
    Fault("poison", poison, PROCESS_S_MAX, runs=2),
]
