"""A mutant: one edit of the collector that makes it count wrong, and the checks that should say so."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

Check = tuple[str, ...]
"""Arguments for pytest."""


def unit(module: str, words: str = "") -> Check:
    """Tests of the collector, those with certain words in their names."""
    return (f"tests/collector/test_{module}.py", *(("-k", words) if words else ()))


def fault(name: str) -> Check:
    """One run of a fault."""
    return (f"tests/faults/test_faults.py::test_it_counts_right_whatever_strikes[{name}, 1]",)


FALLBACK: tuple[Check, ...] = (("tests/collector",), ("tests/faults/test_faults.py",))
"""What a mutant goes through when the checks that were expected to catch it have not."""


class Mutant(NamedTuple):
    """One edit: `old` stands exactly once in the file."""

    name: str
    file: str
    old: str
    new: str
    checks: tuple[Check, ...]

    def apply(self, root: Path) -> str | None:
        """Edit the copy at `root`; why that can not be done, or nothing."""
        path = root / self.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if text.count(self.old) != 1:
            return f"its text stands {text.count(self.old)} times in {self.file}"
        _write(path, text.replace(self.old, self.new))
        return None

    def take_back(self, root: Path, text: str) -> None:
        """Undo the edit."""
        _write(root / self.file, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    # Python goes by second and size whether a compiled file is still good, and an edit may keep both
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        compiled.unlink()
