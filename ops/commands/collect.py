"""`skytally collect`: the collector alone."""

from __future__ import annotations

import argparse
import dataclasses
import logging
from collections.abc import Callable
from functools import partial

from collector.progress import Snapshot
from collector.supervisor import Orders, Supervisor
from ops import exits, logs
from ops.database import Database, database
from ops.display import Display
from ops.metrics.collector import CollectorMetrics
from ops.metrics.listener import showing
from ops.selfchecks import selfchecks
from ops.service import Service
from ops.settings import Settings
from sql.migrate import migrate

HELP = "Collect: socket -> lanes -> workers -> Postgres, from the checkpoint on, until told to stop."
EXAMPLE = "skytally collect --source ws://127.0.0.1:6008/subscribe --until-idle 5"
_log = logging.getLogger(__name__)


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--until-idle", type=float, metavar="S", help="end in order once the source has sent nothing new for S seconds"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with database(settings.database) as where:
        migrate(where.conninfo, settings.collector.network)
        return collect(settings, where, arguments.until_idle)


def collect(
    settings: Settings, where: Database, until_idle_s: float | None = None,
    also: Callable[[], None] = lambda: None, drain: Callable[[], float] | None = None,
) -> int:  # fmt: skip
    """Run the collector on a migrated database until told to stop, and `also` about every second; the exit code."""

    service, said, display = Service(), "", Display(_log)

    def show(snapshot: Snapshot) -> None:
        nonlocal said
        if snapshot.detail and snapshot.detail != said:  # trouble is said at once, and once
            said = snapshot.detail
            _log.warning("%s; trying again" if snapshot.state == "connecting" else "%s", said)
        display.progress(snapshot.line(), **dataclasses.asdict(snapshot))
        service.see(snapshot)
        also()
        checks.look_after()

    given = settings.collector
    metrics = CollectorMetrics(given, where.conninfo, where.disk)
    orders = Orders(
        until_idle_s=until_idle_s, disk=where.disk, show=show, drain=drain, look=metrics.look, ended=metrics.ended,
        gets_on=service.gets_on, stopping=service.stopping, begin_child=partial(logs.begin, settings.logs),
    )  # fmt: skip
    supervisor = Supervisor(given, where.conninfo, orders)
    with showing("metrics_listen", given.metrics_listen, metrics.text), selfchecks(given, where.conninfo) as checks:
        well = supervisor.run()
    _log.info("%s", supervisor.last_words())
    return exits.OK if well else exits.FAILED
