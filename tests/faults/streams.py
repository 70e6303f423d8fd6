"""Faults of the stream: what comes late, in another order, in other pieces, or not for a while."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.faults import FaultOptions
from benchmarks.store import Store
from tests.faults.recordings import EVENTS
from tests.faults.run import PROCESS_S_MAX, Fault
from tests.faults.stage import NotFired, Stage

_BREAK_AFTER = 5_000  # events on each connection; more than are read again after each
_WINDOW = 600  # frames in disorder: a second or two of the stream


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

    return Fault(name, strike, runs=1)


def shuffled_and_killed(stage: Stage) -> None:
    """Late frames stand behind the cursor when the reader dies: they are read again."""
    stage.play(store=shuffled_store(stage))
    stage.host.hold()
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
    # but for its end, which stays where it is
    pairs = list(Store.load(stage.recording).events())
    store = Store()
    for first in range(0, EVENTS, _WINDOW):
        window = pairs[first : min(first + _WINDOW, EVENTS)]
        lines_of_it = [line for _, line in window]
        stage.random.shuffle(lines_of_it)
        for (time_us, _), line in zip(window, lines_of_it, strict=True):
            store.append(time_us, line)
    for time_us, line in pairs[EVENTS:]:
        store.append(time_us, line)
    return store


def recut(stage: Stage) -> None:
    """What the host sends comes in other pieces: a frame over many segments, a segment over many frames."""
    stage.play()
    recutter = stage.host.recut(stage.seed)
    stage.collect()
    stage.end()
    stage.notes.append(f"{recutter.pieces} pieces")
    if recutter.pieces < EVENTS // 2:
        raise NotFired(f"it was cut into {recutter.pieces} pieces only")


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
        silence_s_max="0.5",
    ),
    faulty("a silent source", "silence", FaultOptions(silence_after=_BREAK_AFTER, silence_s=1.0)),
    faulty("refused at first", "refuse", FaultOptions(refuse_first=3, retry_after_s=1)),
    faulty("latency", "latency", FaultOptions(latency_s=0.03)),
    Fault("shuffled and killed", shuffled_and_killed, PROCESS_S_MAX, runs=2),
    Fault("shuffled and dropped", shuffled_and_dropped, runs=1),
    Fault("re-cut segments", recut, runs=1),
]  # fmt: skip
