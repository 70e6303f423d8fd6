"""Self-checks beside the collector, every so often."""

from __future__ import annotations

from collector.settings import CollectorSettings
from ops.errand import Errand


def selfchecks(settings: CollectorSettings, conninfo: str) -> Errand:
    """What makes them."""
    return Errand("self-check", settings.selfcheck_interval_s, check, settings, conninfo)


def check(settings: CollectorSettings, conninfo: str) -> None:
    """Make one."""
    from collector.selfcheck import run  # where it runs, and not where it is started: that is the supervisor

    run(settings, conninfo)
