"""Strikes at what the service stands on: PostgreSQL, the disk, the network upstream."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from tests.faults.database import strike as strike_postgres
from tests.faults.disks import fill
from tests.service.stage import ServiceStage

_LIMIT_MIB = 100
_FULL_S = 5.0
"""Seconds for which the disk stays full."""


def postgres(number: int) -> Callable[[ServiceStage], None]:
    """A signal to the postmaster, whose keeper starts another one."""

    def strike(stage: ServiceStage) -> None:
        stage.begin()
        epoch = stage.watch.now.epoch
        strike_postgres(stage, number)
        stage.must_start_again(epoch)
        stage.end()

    return strike


def disk_nearly_full(stage: ServiceStage) -> None:
    """Reading pauses before the disk is full, and goes on when there is room."""
    stage.settings["disk-free-mib-min"] = str(_LIMIT_MIB)
    filling = fill(stage, _LIMIT_MIB - 20)
    stage.expect("reading is paused")
    time.sleep(_FULL_S)
    stage.struck()
    filling.unlink()
    stage.expect("reading again")
    stage.end()


def disk_full(stage: ServiceStage) -> None:
    """Without that pause: PostgreSQL has no room for rows or for its log."""
    stage.settings["disk-free-mib-min"] = "0"
    filling = fill(stage, 0)
    stage.expect("No space left on device")
    time.sleep(_FULL_S)
    stage.struck()
    filling.unlink()
    stage.end()


def upstream_gone(stage: ServiceStage) -> None:
    """The host can not be reached, the network goes on; what was missed is caught up."""
    stage.begin()
    before = stage.upstream.events
    stage.host.stop()
    time.sleep(stage.measure.away_s)
    stage.notes.append(f"{stage.measure.away_s:.0f} s away, {stage.upstream.events - before:,} events missed")
    stage.struck()
    stage.host.start()
    stage.end()


STRIKES = {
    "Postgres restarted": postgres(signal.SIGINT),
    "kill -9 postmaster": postgres(signal.SIGKILL),
    "disk nearly full": disk_nearly_full,
    "disk full": disk_full,
    "upstream gone": upstream_gone,
}
