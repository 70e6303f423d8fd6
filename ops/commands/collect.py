"""`skytally collect`: the collector alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from collector.progress import Snapshot
from collector.supervisor import Orders, Supervisor
from ops import exits
from ops.database import Database, database
from ops.display import Display
from ops.service import Service
from ops.settings import Settings
from sql.migrate import migrate

HELP = "Collect: socket -> lanes -> workers -> Postgres, from the checkpoint on, until told to stop."
EXAMPLE = "skytally collect --source ws://127.0.0.1:6008/subscribe --until-idle 5"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--until-idle", type=float, metavar="S", help="end in order once the source has sent nothing new for S seconds"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with database(settings.database) as where:
        migrate(where.conninfo, settings.collector.network)
        return collect(settings, where, Display(), arguments.until_idle)


def collect(
    settings: Settings, where: Database, display: Display, until_idle_s: float | None = None,
    also: Callable[[], None] = lambda: None, drain: Callable[[], float] | None = None,
) -> int:  # fmt: skip
    """Run the collector on a migrated database until told to stop, and `also` about every second; the exit code."""

    service, said = Service(), ""

    def say(line: str) -> None:
        service.status(line)
        display.say(line)

    def show(snapshot: Snapshot) -> None:
        nonlocal said
        if snapshot.detail and snapshot.detail != said:  # trouble is said at once, and once
            said = snapshot.detail
            display.say(f"{said}; trying again" if snapshot.state == "connecting" else said)
        display.progress(snapshot.line())
        service.see(snapshot)
        also()

    orders = Orders(
        until_idle_s=until_idle_s, disk=where.disk, say=say, show=show, drain=drain,
        gets_on=service.gets_on, stopping=service.stopping,
    )  # fmt: skip
    supervisor = Supervisor(settings.collector, where.conninfo, orders)
    well = supervisor.run()
    display.say(supervisor.last_words())
    return exits.OK if well else exits.FAILED
