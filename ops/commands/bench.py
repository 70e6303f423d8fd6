"""`skytally bench`: measure this machine."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

from benchmarks.balance import WrongRun
from benchmarks.child import ChildFailed
from benchmarks.options import (
    EVENTS_MAX,
    BoardsOptions,
    FeedsOptions,
    LiveOptions,
    PipelineOptions,
    SoakOptions,
    WebOptions,
)
from benchmarks.peers.options import PeersOptions
from benchmarks.trial import NETWORK
from ops import exits
from ops.embedded import embedded, wait_until_stopped
from ops.options import add_options, options_of
from ops.problem import Problem
from ops.settings import Settings
from sql.migrate import migrate

HELP = (
    "Measure this machine: pipeline (events a second from socket to durable rows, and what each process costs), "
    "boards (what it costs to make them anew, with a history and with twice as much), feeds (pages of a feed of "
    "millions of posts, and what fifty feeds cost the pipeline), web (answers a second), soak (collector and site side "
    "by side for half an hour: lag, and whether anything grows), live (many who watch counts, on one web process), "
    "peers (our collector, what people use instead, and a bare COPY, by turns on the same events)."
)
EXAMPLE = "skytally bench pipeline --json --runs 3"
SETTINGS = False
_WHATS: dict[str, type[Any]] = {
    "pipeline": PipelineOptions, "boards": BoardsOptions, "feeds": FeedsOptions, "web": WebOptions, "soak": SoakOptions,
    "live": LiveOptions, "peers": PeersOptions,
}  # fmt: skip
_MODULES = {"peers": "peers.contest"}
"""Where it is, if not in the module of its name."""
_LEAST = {
    "events": 1, "posts": 1000, "runs": 1, "live_s": 0, "seconds": 1, "soak_s": 0, "settle_s": 0, "requests": 1,
    "accounts": 10_000, "account_hours": 100_000, "rate": 1, "readers": 1,
}  # fmt: skip


def add(parser: argparse.ArgumentParser) -> None:
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for what, options in _WHATS.items():
        sub = whats.add_parser(what, help=options.__doc__, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", help="the whole result as JSON")
        add_options(sub, options)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    options = options_of(_WHATS[arguments.what], arguments)
    _refuse(options)
    module = _module_of(arguments.what)
    try:
        result = getattr(module, arguments.what)(options, _fresh_database, say)
    except (WrongRun, ChildFailed) as error:
        raise Problem(str(error)) from error
    if arguments.json:
        print(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode())
        return exits.OK
    if table := getattr(module, "shown", None):
        print(table(result, options))
        return exits.OK
    for name, value in result.items():
        if name not in ("tries", "machine", "sizes"):
            print(f"{name:<22} {value}")
    return exits.OK


def _module_of(what: str) -> ModuleType:
    """Only the one that is asked for is loaded: this process is measured too."""
    return importlib.import_module(f"benchmarks.{_MODULES.get(what, what)}")


def _refuse(options: object) -> None:
    """What can not be measured."""
    for name, least in _LEAST.items():
        if (given := getattr(options, name, least)) < least:
            raise Problem(f"--{name.replace('_', '-')} {given}; allowed: {least} or more", exits.USAGE)
    if (wire := getattr(options, "wire", "jetstream")) not in EVENTS_MAX:
        raise Problem(f"--wire {wire}; allowed: {', '.join(EVENTS_MAX)}", exits.USAGE)
    if not Path("/proc/self/stat").exists():
        raise Problem("what a process costs is read from /proc, which only Linux has")


@contextlib.contextmanager
def _fresh_database() -> Iterator[str]:
    """An embedded server of its own with an empty database, durable as any other."""
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        data = Path(folder)
        data.chmod(0o711)  # as root the server runs as another user
        with embedded(data, linger_s=0, log=lambda _: None) as conninfo:
            migrate(conninfo, NETWORK)
            yield conninfo
        wait_until_stopped(data)
