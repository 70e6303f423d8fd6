"""`skytally watch`: what happens, in a terminal, as it happens."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC

from ops import exits
from ops.database import database
from ops.levels import Levels, LevelUp
from ops.problem import Problem
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect

HELP = (
    "Watch accounts rise (--levels): level-ups as their minutes end, events a second as a line, records created since "
    "by type. On a terminal one screen that is drawn anew, else a line for each."
)
EXAMPLE = "skytally watch --levels"
_INTERVAL_S = 2.0
_BARS = "▁▂▃▄▅▆▇█"
_CLEAR, _HIDE, _SHOW = "\x1b[H\x1b[J", "\x1b[?25l", "\x1b[?25h"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--levels", action="store_true", help="who reaches a level")
    parser.add_argument("--plain", action="store_true", help="lines, on a terminal too")
    parser.add_argument("--looks", type=int, metavar="X", help="looks, one every 2 s, before it ends (default: no end)")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    if not arguments.levels:
        raise Problem("there is nothing else to watch yet; say --levels", exits.USAGE)
    plain = arguments.plain or not sys.stdout.isatty()
    looks = arguments.looks
    with database(settings.database, existing=True) as where, connect(where.conninfo, None, "watch") as connection:
        check(connection)
        levels = Levels(connection)
        try:
            print(_HIDE if not plain else "", end="")
            while True:
                _show(levels, levels.look(), plain=plain)
                looks = None if looks is None else looks - 1
                if looks is not None and looks <= 0:
                    return exits.OK
                time.sleep(_INTERVAL_S)
        finally:
            print(_SHOW if not plain else "", end="", flush=True)


def _show(levels: Levels, new: Sequence[LevelUp], *, plain: bool) -> None:
    if plain:
        for line in [*map(line_of, new), rate_line(levels)]:
            print(line, flush=True)
    else:
        print(_CLEAR + "\n".join(screen(levels, *shutil.get_terminal_size())), end="", flush=True)


def screen(levels: Levels, columns: int, rows: int) -> list[str]:
    """The lines of a screen of this size, the latest level-ups first."""
    head = [
        rate_line(levels),
        sparkline(list(levels.rates)),
        "   ".join(f"{name.rpartition('.')[2]} {n:,}" for name, n in levels.created.items()),
        "",
    ]
    latest = [line_of(each) for each in reversed(levels.log)] or ["Nobody has reached a level yet."]
    return [line[: columns - 1] for line in [*head, *latest][: rows - 1]]


def rate_line(levels: Levels) -> str:
    """As of when, and how many events a second come."""
    rate = f"{levels.rates[-1]:,.0f} events/s" if levels.rates else "waiting"
    at = f"{levels.watermark.astimezone(UTC):%H:%M:%S}Z" if levels.watermark else "nothing counted yet"
    return f"{at}  {rate}"


def line_of(up: LevelUp) -> str:
    """A level-up in a line."""
    return f"{up.minute.astimezone(UTC):%H:%M}Z  level {up.before:,} -> {up.after:,}  {up.name}  ({up.experience:,})"


def sparkline(values: Sequence[float]) -> str:
    """Bars from 0 to the largest."""
    most = max(values, default=0) or 1
    return "".join(_BARS[round(max(value, 0) / most * (len(_BARS) - 1))] for value in values)
