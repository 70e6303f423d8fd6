"""The short set of faults once with a fixed seed, and every seed that ever failed. The others are `long`: run when they
are asked for (-m "", ./run test --faults N). How to repeat one: ./run test --faults 1 --only NAME --seed SEED.

A run whose fault did not fire fails; with VOID_RUNS=skip in the environment it is skipped, and says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from tests.faults import seeds
from tests.faults.faults import FAULTS, SHORT
from tests.faults.lanes import Run, performing
from tests.faults.run import Outcome

KEPT = seeds.read()
RUNS = list(dict.fromkeys([*[Run(name, seeds.FIRST) for name in FAULTS], *KEPT]))
OFTEN = {Run(name, seeds.FIRST) for name in SHORT}
_LANES = 2


@pytest.fixture(scope="module")
def coming(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Run, Future[Outcome]]]:
    """The runs that were asked for, two at a time: each waits more than it works."""
    chosen = [item for item in request.session.items if item.getparent(pytest.Module) is request.node]
    runs = [
        run for item in chosen if isinstance(item, pytest.Function) and (run := item.callspec.params["run"]) in RUNS
    ]
    with performing(runs, min(_LANES, len(runs)), tmp_path_factory.mktemp("faults")) as futures:
        yield futures


@pytest.mark.parametrize(
    "run",
    [pytest.param(run, marks=[] if run in OFTEN else [pytest.mark.long]) for run in RUNS],
    ids=lambda run: f"{run.fault}, {run.seed}",
)
def test_it_counts_right_whatever_strikes(coming: dict[Run, Future[Outcome]], run: Run) -> None:
    outcome = coming[run].result()
    if outcome.skipped or (not outcome.fired and os.environ.get("VOID_RUNS") == "skip"):
        pytest.skip(outcome.failure)
    assert not outcome.failure, f"seed {run.seed}: {outcome.failure}"
