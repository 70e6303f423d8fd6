"""`skytally watch`: what happens, in a terminal, as it happens."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg

from ops import exits
from ops.counts import Counts, counts
from ops.database import database
from ops.filters import filter_of
from ops.levels import Levels, LevelUp
from ops.log_tail import LogTail
from ops.problem import Problem
from ops.screen import levels_table, line, line_of, rate_line, table
from ops.settings import Settings
from sql.migrate import check
from sql.operations import LETTERS
from sql.session import connect
from web.watching import Watch

HELP = (
    "Watch what is counted, as it comes. --by language, collection, operation, hashtag or domain: how many there have "
    "been since it was started, as a table that is drawn anew; as lines where there is no terminal, or with --plain; "
    "as one JSON object a second with --json. --subscribe: the events themselves, one JSON object a line. --levels: "
    "accounts that reach a level."
)
EXAMPLE = "skytally watch --by language"
_BYS = ("language", "collection", "operation", "hashtag", "domain")
_INTERVAL_S, _LEVELS_INTERVAL_S = 1.0, 2.0
_CLEAR, _HIDE, _SHOW = "\x1b[H\x1b[J", "\x1b[?25l", "\x1b[?25h"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", choices=_BYS, help="what is counted")
    parser.add_argument("--subscribe", action="store_true", help="the events themselves, one JSON object a line")
    parser.add_argument("--levels", action="store_true", help="who reaches a level")
    parser.add_argument("--operation", choices=tuple(LETTERS), help="only such events")
    parser.add_argument("--all-languages", action="store_true", help="every language of a post, not the first alone")
    parser.add_argument(
        "--filter", action="append", default=[], metavar="NAME=X",
        help="only events of a collection (or prefix.*), language or actor (DID or handle); of several of a name any",
    )  # fmt: skip
    parser.add_argument("--plain", action="store_true", help="lines, on a terminal too")
    parser.add_argument("--json", action="store_true", help="one JSON object a look")
    parser.add_argument("--looks", type=int, metavar="X", help="looks, one a second (levels: 2 s), before it ends")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    _refuse(arguments)
    with database(settings.database, existing=True) as where, connect(where.conninfo, None, "watch") as connection:
        check(connection)
        look = _look_of(arguments, connection)
        interval_s = _LEVELS_INTERVAL_S if arguments.levels else _INTERVAL_S
        with _screen(hidden=not arguments.plain and not arguments.json and sys.stdout.isatty()):
            for _ in _times(arguments.looks, interval_s):
                look()
    return exits.OK


def _refuse(arguments: argparse.Namespace) -> None:
    """What can not be watched."""
    if (arguments.by is not None) + arguments.subscribe + arguments.levels != 1:
        raise Problem("say what to watch: one of --by, --subscribe and --levels", exits.USAGE)
    if arguments.levels and (arguments.filter or arguments.operation or arguments.json):
        raise Problem("--levels takes none of --filter, --operation and --json", exits.USAGE)
    if arguments.all_languages and arguments.by != "language":
        raise Problem("--all-languages goes with --by language", exits.USAGE)
    if arguments.by == "operation" and arguments.operation:
        raise Problem("--by operation has all of them; --operation goes with the others", exits.USAGE)
    if arguments.by in ("language", "hashtag", "domain") and arguments.operation in ("update", "event"):
        raise Problem(f"--operation {arguments.operation} says nothing of a {arguments.by}; allowed: create, delete",
                      exits.USAGE)  # fmt: skip


def _look_of(arguments: argparse.Namespace, connection: psycopg.Connection) -> Callable[[], None]:
    """What is done with each look."""
    plain = arguments.plain or not sys.stdout.isatty()
    wanted = filter_of(arguments.filter, arguments.operation)
    if arguments.levels:
        levels = Levels(connection)
        return lambda: _show_levels(levels, levels.look(), plain=plain)
    if arguments.subscribe:
        tail = LogTail(connection, wanted)
        return lambda: _print(map(orjson.dumps, tail.look()))
    languages = "all" if arguments.all_languages else "first"
    found = counts(connection, Watch(arguments.by, arguments.operation or "create", languages), wanted)
    show = _json if arguments.json else _lines if plain else _table
    return lambda: show(found, found.look())


@contextmanager
def _screen(*, hidden: bool) -> Iterator[None]:
    """A terminal without its cursor."""
    print(_HIDE if hidden else "", end="")
    try:
        yield
    finally:
        print(_SHOW if hidden else "", end="", flush=True)


def _times(looks: int | None, interval_s: float) -> Iterator[None]:
    """So many turns, or without end."""
    done = 0
    while True:
        yield
        done += 1
        if looks is not None and done >= looks:
            return
        time.sleep(interval_s)


def _json(found: Counts, new: dict[str, int]) -> None:
    said: dict[str, Any] = {
        "time": datetime.now(UTC), "by": found.watch.by, "counts": dict(found.total.most_common()), "new": new,
        "rate_per_second": round(found.rate(), 1),
    }  # fmt: skip
    _print([orjson.dumps(said, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)])


def _lines(found: Counts, new: dict[str, int]) -> None:
    _print(line(found.watch, key, found.total[key]).encode() for key in new)


def _table(found: Counts, _: dict[str, int]) -> None:
    print(_CLEAR + "\n".join(table(found, *shutil.get_terminal_size())), end="", flush=True)


def _print(lines: Any) -> None:
    for each in lines:
        print(each.decode())
    sys.stdout.flush()


def _show_levels(levels: Levels, new: Sequence[LevelUp], *, plain: bool) -> None:
    if plain:
        for text in [*map(line_of, new), rate_line(levels)]:
            print(text, flush=True)
    else:
        print(_CLEAR + "\n".join(levels_table(levels, *shutil.get_terminal_size())), end="", flush=True)
