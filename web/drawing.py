"""Drawing: numbers as paths of SVG. Presentation by attributes and classes alone, for pages allow no inline style."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

Values = Sequence[int | None]
"""None where nothing is known."""
Reach = tuple[int, int]
"""The lowest and the highest value of a drawing."""
Point = tuple[float, float]
_STEPS, _LINES = 4, 4


def line(values: Values, width: float, height: float, margin: float = 4.0, reach: Reach | None = None) -> str:
    """A line through the values, from left to right, interrupted where there is none; empty for fewer than two."""
    return "".join("".join(_through(run)) for run in _runs(values, width, height, margin, reach))


def area(values: Values, width: float, height: float, margin: float = 4.0, reach: Reach | None = None) -> str:
    """What is under that line."""
    return "".join(
        f"{''.join(_through(run))}L{run[-1][0]:g} {height:g}L{run[0][0]:g} {height:g}Z"
        for run in _runs(values, width, height, margin, reach)
    )


def scale(values: Values) -> list[int]:
    """Round numbers that hold the values between them, evenly apart, from the highest down."""
    low, high = _reach(values)
    least = max(1, (high - low) / _LINES)
    unit = 10 ** int(log10(least))
    step = next(times * unit for times in (1, 2, 5, 10) if times * unit >= least)
    return [step * at for at in range(-(-high // step), low // step - 1, -1)]


def levels(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Each count as a step from 0 to 4 of the highest; only nothing is 0."""
    most = max((count for row in counts for count in row), default=0)
    return [[-(-count * _STEPS // most) if most else 0 for count in row] for row in counts]


def hue(name: str) -> int:
    """A colour of its own for everybody, in degrees."""
    return sum(name.encode()) * 47 % 360


def initial(name: str) -> str:
    """What stands in a face without a picture."""
    return next((each.upper() for each in name if each.isalnum()), "?")


def _reach(values: Values) -> Reach:
    known = [value for value in values if value is not None]
    return min(0, *known, 0), max(1, *known, 1)


def _runs(values: Values, width: float, height: float, margin: float, reach: Reach | None) -> list[list[Point]]:
    """The points of values that follow each other."""
    if len(values) < 2:
        return []
    low, high = reach or _reach(values)
    step = width / (len(values) - 1)
    runs: list[list[Point]] = [[]]
    for at, value in enumerate(values):
        if value is not None:
            runs[-1].append((at * step, margin + (height - 2 * margin) * (high - value) / (high - low)))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _through(points: Sequence[Point]) -> list[str]:
    return [f"{'L' if at else 'M'}{x:.1f} {y:.1f}" for at, (x, y) in enumerate(points)]
