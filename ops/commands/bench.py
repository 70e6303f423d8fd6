"""`skytally bench`: measure this machine."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson

from benchmarks.pipeline import NETWORK, PipelineOptions, pipeline
from ops import exits
from ops.embedded import embedded, wait_until_stopped
from ops.options import add_options, options_of
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

    result = pipeline(options_of(PipelineOptions, arguments), _fresh_database, say)
    if arguments.json:
        print(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode())
        return exits.OK
    for name, value in result.items():
        if name not in ("tries", "machine"):
            print(f"{name:<22} {value}")
    return exits.OK


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
