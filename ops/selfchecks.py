"""Self-checks beside the collector, every so often."""

from __future__ import annotations

from collector.settings import CollectorSettings
from ops.errand import Errand

_BOARDS_MADE_TIMES = 70
"""Boards of a month are made every 60 intervals of those of an hour: for so many a self-check waits for one."""


def selfchecks(settings: CollectorSettings, conninfo: str) -> Errand:
    """What makes them."""
    patience_s = _BOARDS_MADE_TIMES * settings.board_interval_s
    return Errand("self-check", settings.selfcheck_interval_s, check, settings, conninfo, patience_s)


def check(settings: CollectorSettings, conninfo: str, patience_s: float) -> None:
    """Make one."""
    from collector.selfcheck import run  # where it runs, and not where it is started: that is the supervisor

    run(settings, conninfo, patience_s)
