"""`skytally record`: write what a source sends to a recording."""

from __future__ import annotations

import argparse
import re

import uvloop

from benchmarks.record import record
from benchmarks.recording import RecordingError
from ops import exits
from ops.display import Display
from ops.problem import Problem
from ops.settings import Settings

HELP = "Write what the source sends to a recording."
EXAMPLE = "skytally record --for 1h --out hour.jsonl.zst"
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, metavar="FILE", help=".jsonl(.zst), of the raw firehose .bin(.zst)")
    parser.add_argument(
        "--for", dest="period", metavar="TIME", help="how much stream time: 90s, 10m, 1h; without it until Ctrl-C"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    display = Display()
    try:
        count = uvloop.run(record(settings.collector, arguments.out, _seconds(arguments.period), display))
    except RecordingError as error:
        raise Problem(str(error), exits.USAGE) from error
    display.say(f"wrote {count:,} events to {arguments.out}")
    return exits.OK


def _seconds(period: str | None) -> float | None:
    if period is None:
        return None
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smhd])", period)
    if not found:
        raise Problem(f"--for {period!r} is no time: use 90s, 10m, 1h or 1d", exits.USAGE)
    return float(found[1]) * _UNIT_S[found[2]]
