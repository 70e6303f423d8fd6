"""Every fault, by name; and the short set, one of each kind, that the suite runs each time."""

from __future__ import annotations

from tests.faults import broken, database, disks, freezes, joins, kills, repeats, rivals, stragglers, streams, switches
from tests.faults.run import Fault

KINDS = (kills, freezes, stragglers, rivals, database, streams, repeats, broken, switches, joins, disks)
FAULTS: dict[str, Fault] = {fault.name: fault for kind in KINDS for fault in kind.FAULTS}

SHORT = frozenset({
    "point after_commit", "point fold_truncated", "kill all at once", "zombies",
    "old worker comes back, before its commit", "two collectors", "postmaster killed", "half-open connections",
    "a share again", "poison", "to the second host and back", "two hosts: the first is blind in likes", "disk full",
})  # fmt: skip
