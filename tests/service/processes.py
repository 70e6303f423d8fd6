"""Strikes at processes: each is killed with SIGKILL, or told to end while everything is under way."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from tests.faults.process import GROUP
from tests.faults.stage import NotHere
from tests.service.stage import ServiceStage
from tests.service.unit import Unit


def of_group(name: str) -> Callable[[ServiceStage], None]:
    """A process of the collector's group, which its supervisor starts again."""

    def strike(stage: ServiceStage) -> None:
        stage.begin()
        stage.kill(name)
        stage.end()

    return strike


def supervisor(stage: ServiceStage) -> None:
    """The collector's main process; its group goes with it, and its unit starts it again."""
    stage.begin()
    killed(stage, stage.units["collector"])
    stage.end()


def site(stage: ServiceStage) -> None:
    """The main process of one of the site's units."""
    stage.begin()
    killed(stage, stage.sites[0])
    stage.end()


def site_child(stage: ServiceStage) -> None:
    """The process of the site that answers; its main process starts it again."""
    stage.begin()
    unit = stage.sites[0]
    [old] = unit.children()
    stage.struck()
    os.kill(old, signal.SIGKILL)
    stage.must(lambda: (found := unit.children()) and found != [old], "nobody serves in its place")
    stage.end()


def memcached(stage: ServiceStage) -> None:
    """The site's cache: a table does without, and it is empty when it is back."""
    stage.begin()
    if "memcached" not in stage.units:
        raise NotHere("memcached is not on this machine (apt-get install memcached)")
    killed(stage, stage.units["memcached"])
    stage.end()


def killed(stage: ServiceStage, unit: Unit) -> None:
    """The main process of a unit is killed, and its unit starts it again."""
    starts = unit.starts
    stage.struck()
    unit.kill()
    stage.must(lambda: unit.starts > starts and unit.ready, f"{unit.name} is not ready again")


def collector_told_to_end(stage: ServiceStage) -> None:
    """SIGTERM to the collector: it finishes what it has begun, and goes on from there."""
    stage.begin()
    told(stage, stage.units["collector"])
    stage.end()


def sites_told_to_end(stage: ServiceStage) -> None:
    """SIGTERM to one process of the site after another, as in an upgrade."""
    stage.begin()
    for unit in stage.sites:
        told(stage, unit)
    stage.end()


def told(stage: ServiceStage, unit: Unit) -> None:
    """It ends in order, with exit code 0, and its unit starts it again."""
    starts, process = unit.starts, unit.process
    stage.struck()
    unit.terminate()
    stage.must(lambda: unit.starts > starts and unit.ready, f"{unit.name} is not ready again")
    assert process.returncode == 0, f"{unit.name} ended with {process.returncode}"


STRIKES = {
    "kill -9 supervisor": supervisor,
    **{f"kill -9 {name}": of_group(name) for name in GROUP},
    "kill -9 site": site,
    "kill -9 site's child": site_child,
    "kill -9 memcached": memcached,
    "SIGTERM to the collector": collector_told_to_end,
    "SIGTERM to the sites": sites_told_to_end,
}
