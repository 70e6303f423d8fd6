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
    "point after_put", "point before_commit", "point after_commit", "point fold_turned", "point reposts_decided",
    "point fold_truncated", "point closed", "point boards_made", "point epoch_written", "kill worker 0",
    "kill roller", "kill reader", "kill supervisor", "kill all at once", "worker frozen, group restarted", "zombies",
    "old worker comes back, before its commit", "two collectors", "postmaster killed", "commits lost",
    "session of worker ended", "epoch kept", "duplicates", "shuffled and doubled", "connections dropped",
    "cut-over reordered", "half-open connections", "shuffled and killed", "re-cut segments", "the recording twice",
    "a share again", "garbage", "a frame too large", "poison", "to the second host and back", "disk full",
    "two hosts: what lies between is gone", "two hosts: the first is blind in likes",
})  # fmt: skip
