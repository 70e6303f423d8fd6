"""Kills: each process of the group, at named points and at random; the supervisor; all of them at once."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.faults.process import GROUP, wait_for
from tests.faults.recordings import record
from tests.faults.run import PROCESS_S_MAX, Fault
from tests.faults.stage import NotFired, Stage

POINTS = {
    "before_put": 20, "after_put": 20, "after_get": 12, "after_names": 12, "before_begin": 12, "after_advance": 12,
    "after_events": 12, "after_tallies": 12, "before_commit": 12, "after_commit": 12,
    "fold_turned": 8, "fold_summed": 8, "reposts_decided": 1, "fold_truncated": 2, "fold_done": 2, "summed_up": 6,
    "closed": 1, "boards_made": 4, "hour_kept": 1,
}  # fmt: skip
"""The points at which a process of the group dies, and at which pass at the latest."""
_CLOSING = ("summed_up", "closed", "hour_kept")
_SLOW_RATE = 1.0  # events a second of stream time: the recording spans hours, of which the first two are summed up
_PASS_S_MAX = 15.0
GOES_ON = "ended (killed by SIGKILL); starting again from the checkpoint"


def at_point(name: str, latest: int) -> Fault:
    """A process dies at a named point."""

    def strike(stage: Stage) -> None:
        stage.exactly()
        if name in _CLOSING:
            stage.recordings = [stage.folder / "hours.jsonl"]
            record(stage.recording, stage.seed, rate=_SLOW_RATE)
        # as many passes as are wanted while there is something to count
        stage.settings["fold-interval-s"] = "0.05"
        if name == "boards_made":
            stage.settings["board-interval-s"] = "0.3"
        if name.startswith(("fold", "reposts")):
            stage.settings["board-interval-s"] = "60"
        died = crash_at(stage, name, stage.random.randint(1, latest))
        stage.play()
        stage.host.hold()
        stage.collect()
        struck_at(stage, died)
        stage.must_say(GOES_ON)
        stage.end()

    return Fault(f"point {name}", strike, PROCESS_S_MAX, runs=2)


def supervisor_at_its_point(stage: Stage) -> None:
    """The supervisor dies when the epoch is on disk and nobody knows of it, at the first start or at the second."""
    ordinal = stage.random.randint(1, 2)
    died = crash_at(stage, "epoch_written", ordinal)
    stage.play()
    stage.host.hold()
    stage.collect()
    if ordinal == 2:
        stage.reach(0.3)
        os.kill(stage.group()["reader"], signal.SIGKILL)
    stage.collector.end()
    struck_at(stage, died)
    stage.collect()
    stage.end()


def crash_at(stage: Stage, name: str, ordinal: int) -> Path:
    """Have the first process die that passes a point so often; the file that will say it did."""
    died = stage.folder / "died"
    stage.variables["SKYTALLY_CRASH"] = f"{name}:{ordinal}:{died}"
    stage.notes.append(f"{name}:{ordinal}")
    return died


def struck_at(stage: Stage, died: Path) -> None:
    """The proof that the point was passed."""
    if not wait_for(died.exists, _PASS_S_MAX):
        raise NotFired("nobody passed the point so often")
    stage.struck_at(died)


def killed(name: str) -> Fault:
    """One process of the group is killed at a random moment."""

    def strike(stage: Stage) -> None:
        stage.exactly()
        stage.begin()
        stage.kill(name)
        stage.end()

    return Fault(f"kill {name}", strike, PROCESS_S_MAX, runs=2)


def killed_again(stage: Stage) -> None:
    """Whoever it is, and once more while the group recovers."""
    stage.begin()
    stage.kill(stage.random.choice(GROUP))
    again = stage.random.choice(GROUP)
    os.kill(stage.group()[again], signal.SIGKILL)
    if not wait_for(lambda: stage.collector.said().count(GOES_ON) == 2):
        raise NotFired("the second kill met nobody")
    stage.notes.append(f"and {again}")
    stage.end()


def supervisor_killed(stage: Stage) -> None:
    """Its group goes with it; the next one goes on."""
    stage.exactly()
    stage.begin()
    stage.group()
    stage.struck()
    stage.collector.kill()
    if orphans := stage.orphans():
        raise AssertionError(f"it left {orphans}")
    stage.collect()
    stage.end()


def all_killed(stage: Stage) -> None:
    """The supervisor and its group, in any order, at once."""
    stage.exactly()
    stage.begin()
    pids = [stage.collector.process.pid, *stage.group().values()]
    stage.random.shuffle(pids)
    stage.struck()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    stage.collector.end()
    stage.collect()
    stage.end()


FAULTS = [
    *[at_point(name, latest) for name, latest in POINTS.items()],
    Fault("point epoch_written", supervisor_at_its_point, PROCESS_S_MAX),
    *[killed(name) for name in GROUP],
    Fault("kill twice", killed_again, PROCESS_S_MAX, runs=3),
    Fault("kill supervisor", supervisor_killed, PROCESS_S_MAX, runs=2),
    Fault("kill all at once", all_killed, PROCESS_S_MAX, runs=2),
]
