"""Boards by actors, beside the collector or by themselves."""

from __future__ import annotations

from collections.abc import Callable

from ops.companion import Companion, complain, until_told


def acting(rows: int, conninfo: str, say: Callable[[str], None]) -> Companion:
    """What makes them."""
    return Companion("actors", say, act, rows, conninfo)


def act(rows: int, conninfo: str) -> None:
    """Make them until told to stop."""
    from collector.acting import run  # where it runs, and not where it is started: that is the supervisor

    run(conninfo, rows, until_told(), complain)
