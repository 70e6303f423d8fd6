"""Faults of repetition: what was counted comes again, also when the window of seen keys has let go of it."""

from __future__ import annotations

import re

from benchmarks.store import Store
from collector.window import CHUNK_KEYS
from tests.faults.recordings import EVENTS, record
from tests.faults.run import PROCESS_S_MAX, Fault
from tests.faults.stage import SPAN_S, NotFired, Stage

_HOURS = 4
_HOURLY = 12_000
_SPAN_S = 3.0
_BLOCK = 250
_TURNING = range(28_000, 40_000, _BLOCK)  # the second chunk of keys is full somewhere there, and the first goes
_SMALL_WINDOW = {
    "window-s-min": "60", "window-events-min": "1", "window-events-max": "20000", "batch-events-max": "1000",
}  # fmt: skip
_DID = re.compile(rb'"did":"')


def recognised(stage: Stage, least: int) -> None:
    """The proof of what comes twice: events that had been accepted before."""
    duplicates = stage.one("select sum(duplicates) from lane")
    stage.notes.append(f"{duplicates} recognised")
    assert duplicates >= least, f"only {duplicates} of {least} events were recognised as duplicates"


def twice(stage: Stage) -> None:
    """The whole recording, and the whole recording again."""
    again = list(Store.load(stage.recording).lines(0, EVENTS))
    play_again(stage, {EVENTS: again})
    stage.collect()
    stage.end()
    recognised(stage, round(EVENTS * 0.9))


def a_share_again(stage: Stage) -> None:
    """A third of the recording comes again in mid-stream, in the middle of which a worker is killed."""
    first = stage.random.randrange(EVENTS // 4)
    again = list(Store.load(stage.recording).lines(first, first + EVENTS // 3))
    play_again(stage, {EVENTS * 2 // 3: again})
    stage.host.hold()
    stage.collect()
    stage.reach(2 / 3)
    stage.kill("worker 1")
    stage.end()
    recognised(stage, round(EVENTS * 0.3))


def hours_again(name: str, kill: bool) -> Fault:
    """An hour comes again hours later, when the window of seen keys has let go of it: the log must be asked.

    And once more: then the window knows it again, until it turns in the middle of that. While it turns for the first
    time, short blocks come twice: in one batch stands an event, the turn that lets go of it, and the event again.
    """

    def play(stage: Stage) -> None:
        stage.recordings = [stage.folder / "hours.jsonl"]
        record(stage.recording, stage.seed, _HOURS * _HOURLY, rate=_HOURLY / 3600)
        store = Store.load(stage.recording)
        first = stage.random.randrange(_HOURLY // 2)
        again = list(store.lines(first, first + _HOURLY))
        at = _HOURLY * 7 // 2, _HOURS * _HOURLY - stage.random.randrange(_HOURLY // 4)
        assert _let_go(store, at[0]), "the window may still hold what comes again"
        stage.settings |= _SMALL_WINDOW
        if not kill:  # two workers would not fill theirs; started again, they load no more than is to be kept
            stage.settings["workers"] = "1"
        blocks = {end: list(store.lines(end - _BLOCK, end)) for end in _TURNING}
        play_again(stage, blocks | dict.fromkeys(at, again), _SPAN_S)
        stage.host.hold()
        stage.collect()
        if kill:
            stage.reach(stage.random.uniform(0.5, 0.9) * at[0] / EVENTS)
            stage.kill("worker 0")
        stage.end()
        recognised(stage, round((2 * _HOURLY + _BLOCK * len(_TURNING)) * 0.95))
        asked = stage.one("select sum(idx_scan) from pg_stat_user_indexes where relname like 'event%'")
        stage.notes.append(f"the log was asked {asked} times")
        if asked < _HOURLY * 0.95:  # with a large window it is a quarter of that, for deletes
            raise NotFired("the log was hardly asked")

    return Fault(name, play, PROCESS_S_MAX if kill else None, runs=2 if kill else 1)


def _let_go(store: Store, at: int) -> bool:
    """Whether the worker has had so many events before `at` that its window has let go of a chunk of them."""
    return sum(_DID.search(line) is not None for line in store.lines(0, at)) > 2 * CHUNK_KEYS * 1.1


def play_again(stage: Stage, again: dict[int, list[bytes]], span_s: float = SPAN_S) -> None:
    """Play the recording with some of its lines once more, after so many."""
    store = Store()
    for number, (time_us, line) in enumerate(Store.load(stage.recording).events(), 1):
        store.append(time_us, line)
        for old in again.get(number, ()):
            store.append(time_us, old)
    stage.play(store=store, span_s=span_s)


FAULTS = [
    Fault("the recording twice", twice, runs=1),
    Fault("a share again", a_share_again, PROCESS_S_MAX, runs=2),
    hours_again("an hour again, small window", kill=False),
    hours_again("an hour again, small window, killed", kill=True),
]
