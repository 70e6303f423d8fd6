"""The contest: every contender once in each try, and the order moves on by one from try to try: drift hits all alike.

Each is told how many events there are and has a figure only if it took exactly those. The result, as JSON:

    figures   of each contender: events, seconds, events_per_second, cpu_us_per_event (its own processes'),
              postgres_us_per_event, of the raw firehose frames_per_second; each as median, min and max of the tries
    ratios    ours over theirs, of contenders in the same try, the strongest first
    machine   with versions and commit
    tries     all of it
"""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from benchmarks.balance import WrongRun
from benchmarks.machine import machine
from benchmarks.peers.contenders import Contenders, Turn
from benchmarks.peers.material import material_of
from benchmarks.peers.options import PeersOptions
from benchmarks.peers.ratios import figures_of, ratios_of
from benchmarks.peers.table import tables
from benchmarks.trial import Server

_LOCK = "benchmarks/peers/requirements.lock"


def peers(options: PeersOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it all; the result as JSON-ready values. Raises WrongRun when anybody did not take everything, or when
    there is nothing to take, ChildFailed when it could not be served."""
    if options.result:
        return _earlier(options.result)
    sdk = importlib.util.find_spec("atproto") is not None
    if not sdk:
        say(f"the atproto SDK is not installed, so nothing is compared with it; to have it: {_how_to_install()}")
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        material = material_of(options, Path(folder), server, say)
        simulated = not options.recording
        turns = Contenders(server, material, simulated=simulated, workers=options.workers).turns(sdk=sdk)
        tries = [_try(turns, number, options.runs, say) for number in range(options.runs)]
    about = machine()
    if sdk:
        about["versions"]["atproto"] = version("atproto")
    return {
        "figures": figures_of(tries), "ratios": ratios_of(tries), "options": dataclasses.asdict(options),
        "machine": about, "tries": tries,
    }  # fmt: skip


def shown(result: dict[str, Any], options: PeersOptions) -> str:
    """What a person reads of it."""
    return tables(result, markdown=options.markdown)


def _earlier(file: str) -> dict[str, Any]:
    try:
        result: dict[str, Any] = orjson.loads(Path(file).read_bytes())
    except (OSError, ValueError):
        result = {}
    if not isinstance(result, dict) or not {"figures", "ratios", "options", "machine"} <= result.keys():
        raise WrongRun(f"{file} is no result of bench peers --json")
    return result


def order(names: list[str], number: int) -> list[str]:
    """Who comes when in a try."""
    first = number % len(names)
    return names[first:] + names[:first]


def _try(turns: dict[str, Turn], number: int, runs: int, say: Callable[[str], None]) -> dict[str, Any]:
    done: dict[str, Any] = {}
    for name in order(list(turns), number):
        done[name] = turns[name]()
        say(f"try {number + 1} of {runs}: {name}: {done[name]['events_per_second']:,.0f} events/s")
    return {name: done[name] for name in turns}


def _how_to_install() -> str:
    """Into this environment, which uv may have made without pip."""
    has_pip = importlib.util.find_spec("pip") is not None
    command = f"{sys.executable} -m pip install" if has_pip else f"uv pip install -p {sys.executable}"
    return f"{command} -r {_LOCK}"
