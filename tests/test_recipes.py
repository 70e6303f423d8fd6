"""The recipes of CONTRIBUTING.md: followed by the letter in a copy of the checkout, they work, all three together."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.trial import CHECKOUT, Copy

RECIPES = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("\n## A metric\n")[2]
NEW_FILE = re.compile(r"`([\w/.]+)`:\n\n```python\n(.*?)```\n", re.DOTALL)
EDIT = re.compile(r"```diff\n--- (\S+)\n(.*?)```\n", re.DOTALL)
FILES_MAX = 3
MODEL = "tests/collector/test_boards.py::test_boards_kept_are_boards_from_scratch_and_those_of_a_model[1]"
"""One history against the model of boards; more of them would say the same."""


def edited(text: str, edit: str) -> str:
    """The text after an edit, whose parts each stand in it once."""
    for part in edit.split("@@\n"):
        lines = part.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] != "+")
        assert text.count(old) == 1, f"{text.count(old)} times in the file:\n{old}"
        text = text.replace(old, "".join(line[1:] for line in lines if line[0] != "-"))
    return text


def files_of(recipe: str) -> set[str]:
    return {name for name, _ in (*NEW_FILE.findall(recipe), *EDIT.findall(recipe)) if not name.startswith("tests/")}


def test_no_recipe_takes_more_than_three_files_beside_its_tests() -> None:
    found = {recipe.partition("\n")[0]: files_of(recipe) for recipe in f"A metric\n{RECIPES}".split("\n## ")}
    assert list(found) == ["A metric", "A board", "A source"]
    assert all(1 < len(files) <= FILES_MAX for files in found.values()), found


@pytest.mark.long
def test_followed_by_the_letter_they_work(tmp_path: Path) -> None:
    root = Copy(tmp_path / "checkout").root
    new = dict(NEW_FILE.findall(RECIPES))
    for name, text in new.items():
        assert not (root / name).exists()
        (root / name).write_text(text, encoding="utf-8")
    for name, edit in EDIT.findall(RECIPES):
        path = root / name
        path.write_text(edited(path.read_text(encoding="utf-8"), edit), encoding="utf-8")
    tests = [name for name in new if name.startswith("tests/")]
    assert len(tests) == 3
    words = ["-m", "pytest", "-p", "no:cacheprovider", *tests, "tests/test_imports.py", MODEL]
    done = subprocess.run(
        [sys.executable, *words], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
