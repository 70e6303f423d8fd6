"""Every row, and what one strike came to."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from ops.audit import Report
from tests.faults.server import Server
from tests.faults.stage import NotFired, NotHere
from tests.service import clock, processes, surroundings
from tests.service.measure import Measure
from tests.service.stage import ServiceStage, service_stage

Strike = Callable[[ServiceStage], None]
STRIKES: dict[str, Strike] = {**processes.STRIKES, **clock.STRIKES, **surroundings.STRIKES}


@dataclass(slots=True)
class Row:
    """One strike; times in seconds, None where nothing was seen."""

    name: str
    counted_s: float | None = None
    """From the strike to the first new event that was counted after it."""
    recovered_s: float | None = None
    """From the strike until the watermark was no further behind than before; 0: it never was."""
    events: int = 0
    """Delivered in all."""
    lost: int = 0
    """Delivered, and neither in the log nor in quarantine."""
    duplicated: int = 0
    """In the log or in quarantine more often than delivered."""
    diff: int = 0
    """Of the whole recount: every key that differs, those too."""
    answers: int = 0
    errors: int = 0
    """Questions without a good answer in time."""
    asked_again: int = 0
    """Questions that were cut off without an answer and answered when they came again."""
    slowest_s: float = 0.0
    oldest_s: float = 0.0
    """Of the oldest answer, between the moment as of which it was and when it came."""
    notes: str = ""
    trouble: str = ""
    """What is wrong with it; empty: nothing."""
    skipped: bool = False
    """This machine or user can not have it."""

    @property
    def failed(self) -> bool:
        """Whether it says something against the service, or nothing at all."""
        return bool(self.trouble) and not self.skipped

    def json(self) -> dict[str, object]:
        """Its values by name."""
        return asdict(self)


def perform(name: str, seed: int, server: Server, folder: Path, measure: Measure) -> Row:
    """Strike a fresh service, and recount."""
    row = Row(name)
    with service_stage(seed, server, folder, measure) as made:
        try:
            STRIKES[name](made)
            if left := made.orphans():
                row.trouble = f"processes were left: {left}\n"
            _recount(row, made.audit())
        except NotHere as reason:
            row.trouble, row.skipped = str(reason), True
        except NotFired as reason:
            row.trouble = f"did not fire: {reason}"
        except Exception:
            row.trouble = f"{traceback.format_exc()}\n{made.said()}"
        _time(row, made)
        _read(row, made)
    return row


def _recount(row: Row, report: Report) -> None:
    row.events, row.diff = report.compared["events"], report.diff
    for difference in report.differences:
        if difference.table in ("event", "quarantine"):
            row.lost += difference.found == "none"
            row.duplicated += difference.expected in ("one row", "no row: never delivered", "no such row")
    if report.diff:
        row.trouble += report.text()


def _time(row: Row, made: ServiceStage) -> None:
    row.notes = ", ".join(made.notes)
    if made.struck_s is None:
        return
    row.counted_s = made.counted_s()
    row.recovered_s = made.recovered_s
    if row.counted_s is None and not row.trouble:
        row.trouble = "no event was counted after the strike"


def _read(row: Row, made: ServiceStage) -> None:
    errors = [error for reader in made.readers for error in reader.errors]
    row.answers = sum(reader.answers for reader in made.readers)
    row.asked_again = sum(reader.asked_again for reader in made.readers)
    row.slowest_s = max((reader.slowest_s for reader in made.readers), default=0.0)
    row.oldest_s = max((reader.oldest_s for reader in made.readers), default=0.0)
    row.errors = len(errors)
    if errors:
        row.trouble += "\n".join(["", *errors[:20]])
