"""Every fault, by name."""

from __future__ import annotations

from tests.faults import broken, database, disks, freezes, kills, repeats, rivals, stragglers, streams, switches
from tests.faults.run import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for module in (kills, freezes, stragglers, rivals, database, streams, repeats, broken, switches, disks)
    for fault in module.FAULTS
}
