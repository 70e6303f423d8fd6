"""`skytally replay`: serve a recording over the Jetstream wire."""

from __future__ import annotations

import argparse
import os

from benchmarks.recording import RecordingError
from benchmarks.serving import ReplayOptions, replay
from ops import exits
from ops.options import add_options, options_of
from ops.problem import Problem
from ops.settings import Settings

HELP = "Serve a recording over the Jetstream wire, at N times its pace or flat out, with faults to choose."
EXAMPLE = "skytally replay day.jsonl.zst --port 6008 --speed 10"
SETTINGS = False


def add(parser: argparse.ArgumentParser) -> None:
    add_options(parser, ReplayOptions, positional=("recording",))


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    options = options_of(ReplayOptions, arguments)
    try:
        replay(options, lambda line: print(line, flush=True))
    except OSError as error:
        # the event loop wraps the reason in words of its own; what is below 0 is a name that was not found
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise Problem(f"can not listen on {options.host}:{options.port}: {why.lower()}", exits.TAKEN) from error
    except (RecordingError, ValueError) as error:
        raise Problem(str(error), exits.USAGE) from error
    return exits.OK
