"""`./run test --fuzz`: every decoder against changed frames, for so many seconds; led by coverage where atheris is."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import time

from tests.fuzz.decoders import Broke, decoders, seeds, try_out
from tests.fuzz.inputs import inputs


def main() -> int:
    """Exit code 1 at the first input that breaks a decoder; it is shown."""
    given = _arguments()
    try:
        count = fuzz(given.seconds, given.seed)
    except Broke as broke:
        print(f"{broke}\n--seed {given.seed}")
        return 1
    print(f"{count:,} inputs, each to every decoder: nothing left any of them (--seed {given.seed})")
    if importlib.util.find_spec("atheris"):
        _led_by_coverage(given.seconds, given.seed)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run test --fuzz")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (60)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of all changes; the clock")
    return parser.parse_args()


def fuzz(seconds: float, seed: int, inputs_max: int = sys.maxsize) -> int:
    """Try inputs for so long, or so many; how many there were. Raises Broke."""
    found, end_at = decoders(), time.monotonic() + seconds
    for number, data in enumerate(inputs(seeds(), seed)):
        if number >= inputs_max or time.monotonic() > end_at:
            return number
        for name, decoder in found.items():
            try_out(name, decoder, data)
    raise AssertionError("inputs have no end")


def _led_by_coverage(seconds: float, seed: int) -> None:
    """The same decoders, atheris making the inputs; it ends the process itself."""
    atheris = importlib.import_module("atheris")
    found = decoders()

    def one(data: bytes) -> None:
        for name, decoder in found.items():
            try_out(name, decoder, data)

    atheris.instrument_all()
    atheris.Setup(["fuzz", f"-max_total_time={int(seconds)}", f"-seed={seed}", "-rss_limit_mb=512"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
