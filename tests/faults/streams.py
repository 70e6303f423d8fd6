"""Faults of the stream: what comes twice, late, in another order, broken or not at all; and poison."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.faults import FaultOptions, Garbage, oversized
from benchmarks.recording import Writer
from benchmarks.simulator import write_recording
from benchmarks.store import Store
from benchmarks.wire import lines
from tests.faults.run import PROCESS_S_MAX, Fault
from tests.faults.stage import EVENTS, NotFired, Stage

_BREAK_AFTER = 5_000  # events on each connection; more than are read again after each
_WINDOW = 600  # frames in disorder: a second or two of the stream
_TOO_LARGE_BYTES = 17 << 20  # more than is received at all


def faulty(name: str, fired: str, options: FaultOptions, **settings: str) -> Fault:
    """The host does something, and has counted that it did."""

    def strike(stage: Stage) -> None:
        stage.settings |= {key.replace("_", "-"): value for key, value in settings.items()}
        stage.play(replace(options, seed=stage.seed))
        stage.collect()
        stage.end()
        count = stage.host.fired(fired)
        stage.notes.append(f"{count} times")
        if not count:
            raise NotFired(f"the host counted no {fired}")

    return Fault(name, strike)


def shuffled_and_killed(stage: Stage) -> None:
    """Late frames stand behind the cursor when the reader dies: they are read again."""
    stage.play(store=shuffled_store(stage))
    stage.collect()
    stage.reach(stage.random.uniform(0.1, 0.6))
    stage.kill("reader")
    stage.end()


def shuffled_and_dropped(stage: Stage) -> None:
    """Late frames stand behind the cursor when the connection ends: they are read again."""
    stage.play(FaultOptions(drop_after=_BREAK_AFTER), shuffled_store(stage))
    stage.collect()
    stage.end()
    if not stage.host.fired("drop"):
        raise NotFired("no connection was dropped")


def shuffled_store(stage: Stage) -> Store:
    """The recording with its lines in disorder, window by window: a place in it no more says their times."""
    pairs = list(Store.load(stage.recording).events())
    store = Store()
    for first in range(0, len(pairs), _WINDOW):
        window = pairs[first : first + _WINDOW]
        lines_of_it = [line for _, line in window]
        stage.random.shuffle(lines_of_it)
        for (time_us, _), line in zip(window, lines_of_it, strict=True):
            store.append(time_us, line)
    return store


def recognised(stage: Stage, least: int) -> None:
    """The proof of what comes twice: events that had been accepted before."""
    duplicates = stage.one("select sum(duplicates) from lane")
    stage.notes.append(f"{duplicates} recognised")
    if duplicates < least:
        raise NotFired(f"only {duplicates} events were recognised as duplicates")


def twice(stage: Stage) -> None:
    """The whole recording, and the whole recording again."""
    again = list(Store.load(stage.recording).lines())
    repeated(stage, at=EVENTS, again=again)
    recognised(stage, round(EVENTS * 0.9))


def a_share_again(stage: Stage) -> None:
    """A third of the recording comes again in mid-stream, in the middle of which a worker is killed."""
    first = stage.random.randrange(EVENTS // 4)
    again = list(Store.load(stage.recording).lines(first, first + EVENTS // 3))
    repeated(stage, at=EVENTS * 2 // 3, again=again, kill=True)
    recognised(stage, round(EVENTS * 0.3))


def repeated(stage: Stage, at: int, again: list[bytes], kill: bool = False) -> None:
    """Play the recording with some of its lines once more after its first `at`."""
    store = Store()
    for number, (time_us, line) in enumerate(Store.load(stage.recording).events(), 1):
        store.append(time_us, line)
        if number == at:
            for old in again:
                store.append(time_us, old)
    stage.play(store=store)
    stage.collect()
    if kill:
        stage.reach(at / EVENTS)
        stage.kill("worker 1")
    stage.end()


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
    write_recording(path, EVENTS, stage.seed, poison_share=0.05, accounts_count=3000)
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
    faulty("duplicates", "duplicate", FaultOptions(duplicate_share=0.3)),
    faulty("reordered", "reorder", FaultOptions(reorder_share=0.5)),
    faulty("shuffled", "shuffle", FaultOptions(shuffle_share=0.5)),
    faulty("shuffled and doubled", "shuffle", FaultOptions(shuffle_share=0.5, duplicate_share=0.3, window=64)),
    faulty("connections dropped", "drop", FaultOptions(drop_after=_BREAK_AFTER)),
    faulty("connections closed", "close", FaultOptions(close_after=_BREAK_AFTER)),
    faulty(
        "cut-over reordered", "cutover_reorder", FaultOptions(drop_after=_BREAK_AFTER, cutover_reorder=True)
    ),
    faulty(
        "half-open connections", "half_open", FaultOptions(half_open_after=_BREAK_AFTER),
        silence_s_max="0.5", until_idle="1.5",
    ),
    faulty("a silent source", "silence", FaultOptions(silence_after=_BREAK_AFTER, silence_s=1.0), until_idle="1.5"),
    faulty("refused at first", "refuse", FaultOptions(refuse_first=3, retry_after_s=1)),
    faulty("latency", "latency", FaultOptions(latency_s=0.03)),
    Fault("shuffled and killed", shuffled_and_killed, PROCESS_S_MAX),
    Fault("shuffled and dropped", shuffled_and_dropped),
    Fault("the recording twice", twice),
    Fault("a share again", a_share_again),
    Fault("garbage", garbage),
    Fault("an oversized frame", oversize),
    Fault("a frame too large", too_large),
    Fault("poison", poison),
]  # fmt: skip
