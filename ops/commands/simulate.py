"""`skytally simulate`: write a recording of a simulated network."""

from __future__ import annotations

import argparse
import time

from benchmarks.recording import RecordingError
from benchmarks.simulator import SimulateOptions, simulate
from ops import exits
from ops.display import Display
from ops.options import add_options, options_of
from ops.problem import Problem
from ops.settings import Settings

HELP = "Write a recording of a simulated network: same seed, same bytes."
EXAMPLE = "skytally simulate --events 1000000 --seed 1 --out day.jsonl.zst"
SETTINGS = False


def add(parser: argparse.ArgumentParser) -> None:
    add_options(parser, SimulateOptions)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    options = options_of(SimulateOptions, arguments)
    display, begun = Display(), time.monotonic()

    def progress(count: int) -> None:
        rate = count / (time.monotonic() - begun)
        display.progress(f"{count:,} of {options.events:,} events, {rate:,.0f}/s")

    try:
        simulate(options, progress)
    except (RecordingError, ValueError) as error:
        raise Problem(str(error), exits.USAGE) from error
    display.say(f"wrote {options.events:,} events to {options.out} in {time.monotonic() - begun:.1f} s")
    return exits.OK
