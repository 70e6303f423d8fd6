"""Every fault, by name."""

from __future__ import annotations

from tests.faults import database, disks, freezes, kills, rivals, streams, switches
from tests.faults.run import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for module in (kills, freezes, rivals, database, streams, switches, disks)
    for fault in module.FAULTS
}
