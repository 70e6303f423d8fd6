"""Drawing: numbers as paths of SVG. Presentation by attributes and classes alone, for pages allow no inline style."""

from __future__ import annotations

from collections.abc import Sequence

_STEPS = 4


def line(values: Sequence[int], width: float, height: float, margin: float = 4.0) -> str:
    """A line through the values, from left to right; empty for fewer than two."""
    return "".join(_through(_points(values, width, height, margin)))


def area(values: Sequence[int], width: float, height: float, margin: float = 4.0) -> str:
    """What is under that line."""
    points = _points(values, width, height, margin)
    return f"{''.join(_through(points))}L{width:g} {height:g}L0 {height:g}Z" if points else ""


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


def _points(values: Sequence[int], width: float, height: float, margin: float) -> list[tuple[float, float]]:
    if len(values) < 2:
        return []
    low, high = min(0, *values), max(1, *values)
    step = width / (len(values) - 1)
    return [
        (at * step, margin + (height - 2 * margin) * (high - value) / (high - low)) for at, value in enumerate(values)
    ]


def _through(points: Sequence[tuple[float, float]]) -> list[str]:
    return [f"{'L' if at else 'M'}{x:.1f} {y:.1f}" for at, (x, y) in enumerate(points)]
