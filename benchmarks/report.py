"""The report: the results of the benchmarks as drawings beside them, and as tables in the README above them.

It owns which files are written. It measures nothing, and what has no result has no drawing.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.drawings import DRAWINGS
from benchmarks.tables import with_figures

RESULTS = Path(__file__).parent / "results"


def report(folder: Path = RESULTS) -> list[Path]:
    """Draw what there is; the files written. Where a README stands above the folder, its tables are made anew too."""
    written, drawn = [], {}
    for name, draw in DRAWINGS.items():
        drawing = draw(folder)
        if drawing is not None:
            path = folder / f"{name}.svg"
            path.write_text(drawing.svg(), encoding="utf-8")
            written.append(path)
            drawn[path.name] = drawing.title
    readme = folder.parent / "README.md"
    if readme.exists() and (text := with_figures(readme.read_text(encoding="utf-8"), folder, drawn)) is not None:
        readme.write_text(text, encoding="utf-8")
        written.append(readme)
    return written
