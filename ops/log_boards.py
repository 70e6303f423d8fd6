"""Boards from the event log, beside the collector or by themselves."""

from __future__ import annotations

from ops.companion import Companion, until_told


def log_boards(rows: int, conninfo: str) -> Companion:
    """What makes them."""
    return Companion("log boards", make_boards, rows, conninfo)


def make_boards(rows: int, conninfo: str) -> None:
    """Make them until told to stop."""
    from collector.log_boards import run  # where it runs, and not where it is started: that is the supervisor

    run(conninfo, rows, until_told())
