"""Seeds that failed once: they stand in seeds.txt for ever, and every ./run test --long has them."""

from __future__ import annotations

from pathlib import Path

from tests.faults.lanes import Run

FIRST = 1
"""The seed with which the short set runs every fault."""
PATH = Path(__file__).with_name("seeds.txt")


def read(path: Path = PATH) -> list[Run]:
    """All of them; a line is a seed and the fault's name."""
    lines = (line.split(maxsplit=1) for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return [Run(fault, int(seed)) for seed, fault in lines]


def keep(run: Run, path: Path = PATH) -> None:
    """Add one that is not there yet."""
    if run not in read(path):
        with path.open("a") as file:
            file.write(f"{run.seed} {run.fault}\n")
