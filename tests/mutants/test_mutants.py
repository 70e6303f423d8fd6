"""The list of mutants: every edit still applies and compiles, and the names differ. What catches them: --mutants."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.faults.test_faults import RUNS
from tests.mutants.mutant import Mutant, fault
from tests.mutants.mutants import MUTANTS
from tests.mutants.trial import CHECKOUT


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
