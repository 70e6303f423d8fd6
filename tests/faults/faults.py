"""Every fault, by name; and the short set, one of each kind, that the suite runs each time."""

from __future__ import annotations

from tests.faults import broken, database, disks, freezes, joins, kills, repeats, rivals, stragglers, streams, switches
from tests.faults.run import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for module in (kills, freezes, stragglers, rivals, database, streams, repeats, broken, switches, joins, disks)
    for fault in module.FAULTS
}

SHORT = frozenset({
    "point after_commit", "point fold_truncated", "kill all at once", "postmaster killed", "half-open connections",
    "poison", "to the second host and back", "disk full",
})  # fmt: skip
