"""The fault runs themselves: what is void, what fails, what the table says, and that every point and seed is known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults import kills, seeds
from tests.faults.faults import FAULTS, KINDS, SHORT
from tests.faults.lanes import Run
from tests.faults.run import PROCESS_S_MAX, Fault, Outcome, too_late
from tests.faults.table import table
from tests.faults.watch import Sample, Watch

COLLECTOR = Path(__file__).parents[2] / "collector"


def outcome(seed: int, recovery_s: float | None = None, failure: str = "", fired: bool = True) -> Outcome:
    fault = Fault("kill reader", lambda _: None, PROCESS_S_MAX)
    return Outcome(fault, seed, 3.0, recovery_s, "", failure, fired)


def test_every_crash_point_of_the_collector_is_struck() -> None:
    source = "".join(path.read_text() for path in COLLECTOR.rglob("*.py"))
    named = set(re.findall(r'crashpoint\("(\w+)"\)', source))
    assert named == {*kills.POINTS, "epoch_written"}


def test_the_short_set_has_one_of_each_kind() -> None:
    assert FAULTS.keys() >= SHORT
    assert [kind.__name__ for kind in KINDS if not SHORT & {fault.name for fault in kind.FAULTS}] == []


def test_seeds_that_failed_name_faults_that_there_are() -> None:
    assert {run.fault for run in seeds.read()} <= FAULTS.keys()


def test_a_seed_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "seeds.txt"
    path.write_text("# why\n")
    for _ in range(2):
        seeds.keep(Run("kill all at once", 7), path)
    assert seeds.read(path) == [Run("kill all at once", 7)]


def test_the_table_says_what_failed_and_whether_the_limits_are_kept() -> None:
    text = table([outcome(1, 0.5), outcome(2, 1.5), outcome(3, failure="diff=2", fired=True)])
    assert re.search(r"kill reader +3 +3 +1 +1\.00 +1\.50 +1-3", text)
    assert "3 runs counted; 1 failed, 0 of them because the fault did not fire; 0 skipped" in text
    assert "limit 10 s kept" in text
    assert "kill reader, seed 3: diff=2" in text
    assert "BROKEN" in table([outcome(1, 10.5)])


def test_a_recovery_that_nobody_has_seen_or_that_takes_too_long_fails_the_run() -> None:
    fault = Fault("kill reader", lambda _: None, PROCESS_S_MAX)
    assert "was not measured" in too_late(fault, None)
    assert "the limit is 10 s" in too_late(fault, 10.1)
    assert too_late(fault, 10.0) == ""
    assert too_late(Fault("latency", lambda _: None), None) == ""


def test_what_kills_says_how_many_runs_there_are_and_what_does_not_has_one() -> None:
    assert {fault.name for fault in FAULTS.values() if fault.recovery_s_max is None and fault.runs is None} == {
        "disk full", "epoch kept", "zombies", "to the second host and back, killed",
    }  # fmt: skip


def test_a_run_whose_fault_did_not_fire_is_void() -> None:
    assert "0 runs counted; 1 failed, 1 of them because" in table([outcome(1, failure="did not fire: x", fired=False)])


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([(1, 1, 10), (2, 1, 20), (3.5, 2, 20), (4, 2, 25)], 1.5),  # redelivered at 3.5, counting at 4
        ([(1, 1, 10), (2.6, 1, 30), (3.5, 2, 30), (4, 2, 31)], 1.5),  # others still commit after the strike
        ([(1, 1, 90), (3.5, 2, 40), (4.5, 2, 50)], 2.0),  # the database has lost what had been seen
        ([(1, 1, 90), (3.5, 2, 90)], None),
    ],
)
def test_recovery_ends_with_the_first_new_event_of_a_later_run(
    samples: list[tuple[float, int, int]], expected: float | None
) -> None:
    watch = Watch.__new__(Watch)
    watch.samples = [Sample(at_s, epoch, events, 0) for at_s, epoch, events in samples]
    assert watch.recovery_s(2.5) == expected
