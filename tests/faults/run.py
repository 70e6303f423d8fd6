"""Performs a fault once and says how it went."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.server import Server
from tests.faults.stage import NotFired, NotHere, Stage, stage

PROCESS_S_MAX = 10.0
POSTGRES_S_MAX = 15.0
VOID = "did not fire"
_DEEPER = "select count(*) from overlap where outcome = 'deeper'"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the collector survives."""

    name: str
    strike: Callable[[Stage], None]
    """Plays the whole run up to its end in order. Raises NotFired when what it is about did not happen."""
    recovery_s_max: float | None = None
    """Seconds from the strike to the first event of a later run at most. None: nothing has to recover."""
    runs: int | None = None
    """How many runs of the group there are: 1 where none ends by it. Such as only read again from farther back after a
    change of host, which the clocks of hosts decide, are not counted. None: that is left to chance."""
    traces: bool = False
    """Whether it takes the database away, of which processes may leave a trace."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run went."""

    fault: Fault
    seed: int
    seconds: float
    recovery_s: float | None
    notes: str
    failure: str
    """Empty when the fault fired, the recount agreed and nothing was left."""
    fired: bool
    skipped: bool = False

    @property
    def failed(self) -> bool:
        """Whether it says something against the collector, or nothing at all because the fault did not fire."""
        return bool(self.failure) and not self.skipped


def perform(fault: Fault, seed: int, server: Server, folder: Path) -> Outcome:
    """One run of a fault with everything random from one seed."""
    begun, failure, fired, skipped = time.monotonic(), "", True, False
    with stage(seed, server, folder) as made:
        try:
            fault.strike(made)
            failure = _wrong(fault, made) or _not_as_meant(fault, made)
        except NotFired as error:
            # what counts wrong has failed, whether it was struck or not
            failure = _wrong(fault, made) if made.is_over else ""
            fired = bool(failure)
            failure = failure or f"{VOID}: {error}"
        except NotHere as error:
            failure, fired, skipped = str(error), False, True
        except Exception:
            failure = f"{traceback.format_exc()}\n{_said(made)}"
        recovery_s = made.recovery_s()
        if fired and not failure:
            failure = too_late(fault, recovery_s)
        notes = ", ".join(made.notes)
    return Outcome(fault, seed, time.monotonic() - begun, recovery_s, notes, failure, fired, skipped)


def too_late(fault: Fault, recovery_s: float | None) -> str:
    """What is wrong with a recovery, or nothing: one that nobody has seen is none."""
    if fault.recovery_s_max is None:
        return ""
    if recovery_s is None:
        return "no event was counted after the strike: the recovery was not measured"
    if recovery_s > fault.recovery_s_max:
        return f"it counted again after {recovery_s:.1f} s; the limit is {fault.recovery_s_max:.0f} s"
    return ""


def _wrong(fault: Fault, made: Stage) -> str:
    """What is wrong after the end, whether it was struck or not; or nothing."""
    if orphans := made.orphans():
        return f"processes were left: {orphans}"
    report = made.audit()
    if report.diff:
        return f"{report.text()}\n{_said(made)}"
    if made.one("select watermark is not null and not exists (select from board where folds = fold.folds) from fold"):
        return f"no board was made after the last fold:\n{_said(made)}"
    if "Traceback" in (said := _said(made)):
        if not fault.traces:
            return f"it left a trace:\n{said}"
        made.notes.append("left a trace")
    return ""


def _not_as_meant(fault: Fault, made: Stage) -> str:
    """What did not go the way the fault is about, or nothing."""
    runs = made.one("select count(*) from epoch") - made.one(_DEEPER)
    if fault.runs is not None and runs != fault.runs:
        return f"there were {runs} runs of the group, not {fault.runs}:\n{_said(made)}"
    return ""


def _said(made: Stage) -> str:
    path = made.folder / "said"
    return path.read_text(errors="replace") if path.exists() else ""
