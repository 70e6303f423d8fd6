"""The report: the results of the benchmarks as drawings beside them, and as tables in the README above them.

It owns which files are written. It measures nothing, and what has no result has no drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.balance import WrongRun
from benchmarks.drawings import DRAWINGS
from benchmarks.tables import with_figures

RESULTS = Path(__file__).parent / "results"


def report(folder: Path = RESULTS) -> list[Path]:
    """Draw what there is; the files written. Where a README stands above the folder, its tables are made anew too.
    Raises WrongRun for a file that is no result."""
    written, drawn = [], {}
    for name, draw in DRAWINGS.items():
        with _of(folder, f"{name}.svg"):
            drawing = draw(folder)
        if drawing is not None:
            path = folder / f"{name}.svg"
            path.write_text(drawing.svg(), encoding="utf-8")
            written.append(path)
            drawn[path.name] = drawing.title
    text: str | None = None
    readme = folder.parent / "README.md"
    if readme.exists():
        with _of(folder, "the tables"):
            text = with_figures(readme.read_text(encoding="utf-8"), folder, drawn)
    if text is not None:
        readme.write_text(text, encoding="utf-8")
        written.append(readme)
    return written


@contextmanager
def _of(folder: Path, what: str) -> Iterator[None]:
    """Where a result has another form than is drawn."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise WrongRun(f"{what} can not be made: its result in {folder} lacks what bench writes ({error!r})") from error
