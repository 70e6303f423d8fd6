"""`skytally bench`: measure this machine."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson

from benchmarks.balance import WrongRun
from benchmarks.child import ChildFailed
from benchmarks.pipeline import PipelineOptions, pipeline
from benchmarks.trial import NETWORK
from ops import exits
from ops.embedded import embedded, wait_until_stopped
from ops.options import add_options, options_of
from ops.problem import Problem
from ops.settings import Settings
from sql.migrate import migrate

HELP = "Measure this machine: pipeline (events a second from socket to durable rows, and what each process costs)."
EXAMPLE = "skytally bench pipeline --json --runs 3"
SETTINGS = False


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["pipeline"], help="what to measure")
    parser.add_argument("--json", action="store_true", help="the whole result as JSON")
    add_options(parser, PipelineOptions)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    options = options_of(PipelineOptions, arguments)
    _refuse(options)
    try:
        result = pipeline(options, _fresh_database, say)
    except (WrongRun, ChildFailed) as error:
        raise Problem(str(error)) from error
    if arguments.json:
        print(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode())
        return exits.OK
    for name, value in result.items():
        if name not in ("tries", "machine"):
            print(f"{name:<22} {value}")
    return exits.OK


def _refuse(options: PipelineOptions) -> None:
    """What can not be measured."""
    for name, least in (("events", 1), ("runs", 1), ("live_s", 0)):
        if (given := getattr(options, name)) < least:
            raise Problem(f"--{name.replace('_', '-')} {given}; allowed: {least} or more", exits.USAGE)
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
