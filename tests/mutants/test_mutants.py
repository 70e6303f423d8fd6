"""The list of mutants: every edit still applies and compiles, and the names differ. What catches them: --mutants."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.faults.test_faults import RUNS
from tests.mutants.mutant import Mutant, fault
from tests.mutants.mutants import MUTANTS
from tests.mutants.trial import CHECKOUT, Result, result_of


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_an_edit_applies_and_makes_a_program(mutant: Mutant, tmp_path: Path) -> None:
    text = (CHECKOUT / mutant.file).read_text()
    copy = tmp_path / mutant.file
    copy.parent.mkdir(parents=True)
    copy.write_text(text)
    assert mutant.apply(tmp_path) is None
    assert copy.read_text() != text
    if copy.suffix == ".py":
        ast.parse(copy.read_text())
    mutant.take_back(tmp_path, text)
    assert copy.read_text() == text


def test_the_checks_are_there() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    runs = {fault(run.fault) for run in RUNS}
    for check in {check for mutant in MUTANTS for check in mutant.checks}:
        assert check in runs or (CHECKOUT / check[0]).is_file(), check


@pytest.mark.parametrize(
    ("failed", "said", "expected"),
    [
        (True, "FAILED tests/a.py::test_b[kill worker 0, 1] - AssertionError: seed 1: diff=2",
         Result("tests/a.py::test_b[kill worker 0, 1]")),
        (False, "SKIPPED [1] tests/faults/test_faults.py:47: did not fire: nobody passed the point", Result(void=True)),
        (False, "SKIPPED [1] tests/faults/test_faults.py:47: only root can mount a small disk", Result()),
        (True, "INTERNALERROR", Result("tests/a.py")),
    ],
)  # fmt: skip
def test_a_void_run_catches_nothing(failed: bool, said: str, expected: Result) -> None:
    assert result_of(("tests/a.py",), failed, said) == expected
