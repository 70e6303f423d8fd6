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


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the collector survives."""

    name: str
    strike: Callable[[Stage], None]
    """Plays the whole run up to its end in order. Raises NotFired when what it is about did not happen."""
    recovery_s_max: float | None = None
    """The limit to which the summary holds it."""


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
            failure = _judge(made)
        except NotFired as error:
            failure, fired = f"did not fire: {error}", False
        except NotHere as error:
            failure, fired, skipped = str(error), False, True
        except Exception:
            failure = f"{traceback.format_exc()}\n{_said(made)}"
        recovery_s = made.recovery_s()
        notes = ", ".join(made.notes)
    return Outcome(fault, seed, time.monotonic() - begun, recovery_s, notes, failure, fired, skipped)


def _judge(made: Stage) -> str:
    """What is wrong after the end, or nothing."""
    if orphans := made.orphans():
        return f"processes were left: {orphans}"
    report = made.audit()
    return f"{report.text()}\n{_said(made)}" if report.diff else ""


def _said(made: Stage) -> str:
    path = made.folder / "said"
    return path.read_text(errors="replace")[-4000:] if path.exists() else ""
