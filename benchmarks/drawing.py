"""A drawing: bars or lines with whiskers in an SVG of its own, in the site's look, by day and by night.

It owns geometry, colours and words for who does not see it. The same data make the same bytes. It does not know what is
drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 24, 96, 62
_INNER_W, _INNER_H = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
_STYLE = """
.paper { fill: #ffffff } .ink { fill: #10151d } .soft { fill: #556070 } .line { stroke: #e3e8ef }
.tick { stroke: #10151d }
.c0 { --c: #0b62c8 } .c1 { --c: #b4530a } .c2 { --c: #0a7d55 } .c3 { --c: #9b2f95 } .c4 { --c: #5b5f6b }
.fill { fill: var(--c) } .path { stroke: var(--c); stroke-width: 2; fill: none }
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif } .title { font-size: 17px;
font-weight: 600 } .small { font-size: 11.5px }
@media (prefers-color-scheme: dark) {
.paper { fill: #151b23 } .ink { fill: #e8edf4 } .soft { fill: #98a5b6 } .line { stroke: #262f3b }
.tick { stroke: #e8edf4 }
.c0 { --c: #4ea1ff } .c1 { --c: #f0a04b } .c2 { --c: #3fcf8e } .c3 { --c: #e58bdf } .c4 { --c: #b8c0cc } }
"""


class Spread(NamedTuple):
    """A figure: the median of its tries, and the least and the largest of them."""

    median: float
    least: float
    largest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one try."""
        ordered = sorted(values)
        middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        return cls(middle, ordered[0], ordered[-1])


class Series(NamedTuple):
    """One colour: a figure for each label; None where there is none."""

    name: str
    values: Sequence[Spread | None]


class Drawing(NamedTuple):
    """What is drawn."""

    title: str
    unit: str
    """Of the values."""
    labels: Sequence[str]
    series: Sequence[Series]
    note: str
    """Where it comes from: machine, commit, tries."""
    totals: Sequence[Spread] = ()
    """Where given, series stand upon each other, medians only, with a whisker for these; else side by side."""

    def svg(self) -> str:
        """The whole file."""
        top = _nice(self._largest())
        body = [*_grid(top), *(self._stack(top) if self.totals else self._bars(top)), *self._labels(), *self._legend()]
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            'aria-labelledby="title description">',
            f'<title id="title">{escape(self.title)}</title>',
            f'<desc id="description">{escape(self._said())}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="10"/>',
            _text(18, 28, self.title, "ink title"),
            _text(18, 48, self.unit, "soft small"),
            *body,
            _text(18, HEIGHT - 12, self.note, "soft small"),
            "</svg>",
            "",
        ])  # fmt: skip

    def _largest(self) -> float:
        drawn = [spread for each in self.series for spread in each.values if spread is not None]
        return max(spread.largest for spread in self.totals or drawn)

    def _said(self) -> str:
        """All of it in words."""
        said = [
            f"{each.name}, {label}: {_number(spread.median)}"
            + ("" if spread.least == spread.largest else f" ({_number(spread.least)} to {_number(spread.largest)})")
            for each in self.series
            for label, spread in zip(self.labels, each.values, strict=True)
            if spread is not None
        ]
        return f"{self.unit}. {'; '.join(said)}. {self.note}."

    def _slot(self) -> float:
        return _INNER_W / len(self.labels)

    def _bars(self, top: float) -> list[str]:
        """Series side by side, a whisker from the least to the largest try."""
        found, wide = [], min(self._slot() * 0.72 / len(self.series), 64)
        for number, each in enumerate(self.series):
            for at, spread in enumerate(each.values):
                if spread is None:
                    continue
                x = _LEFT + self._slot() * (at + 0.5) + wide * (number - len(self.series) / 2)
                found.append(_bar(x + 1, wide - 2, 0, spread.median, top, number))
                found.append(_whisker(x + wide / 2, spread, top))
                found.append(
                    _text(x + wide / 2, _y(spread.largest, top) - 6, _number(spread.median), "ink small", "middle")
                )
        return found

    def _stack(self, top: float) -> list[str]:
        found, wide = [], min(self._slot() * 0.6, 110)
        for at, total in enumerate(self.totals):
            x, below = _LEFT + self._slot() * (at + 0.5) - wide / 2, 0.0
            for number, each in enumerate(self.series):
                if (spread := each.values[at]) is not None:
                    found.append(_bar(x, wide, below, spread.median, top, number))
                    below += spread.median
            found.append(_whisker(x + wide / 2, total, top))
            found.append(_text(x + wide / 2, _y(total.largest, top) - 6, _number(total.median), "ink small", "middle"))
        return found

    def _labels(self) -> list[str]:
        return [
            _text(_LEFT + self._slot() * (at + 0.5), HEIGHT - _BOTTOM + 22, label, "ink", "middle")
            for at, label in enumerate(self.labels)
        ]

    def _legend(self) -> list[str]:
        if len(self.series) < 2:
            return []
        found, x = [], 18.0
        for number, each in enumerate(self.series):
            found.append(f'<rect class="fill c{number}" x="{x:.0f}" y="62" width="11" height="11" rx="2"/>')
            found.append(_text(x + 17, 72, each.name, "ink small"))
            x += 34 + 6.6 * len(each.name)
        return found


def _grid(top: float) -> list[str]:
    found = []
    for part in range(5):
        value = top * part / 4
        y = _y(value, top)
        found.append(f'<line class="line" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        found.append(_text(_LEFT - 8, y + 4, _number(value), "soft small", "end"))
    return found


def _y(value: float, top: float) -> float:
    return _TOP + _INNER_H * (1 - value / top)


def _bar(x: float, wide: float, below: float, value: float, top: float, number: int) -> str:
    y, high = _y(below + value, top), _INNER_H * value / top
    return f'<rect class="fill c{number}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="2"/>'


def _whisker(x: float, spread: Spread, top: float) -> str:
    """Nothing where all tries were alike, or there was one."""
    if spread.least == spread.largest:
        return ""
    high, low = _y(spread.largest, top), _y(spread.least, top)
    path = f"M{x - 5:.1f} {high:.1f}h10M{x:.1f} {high:.1f}V{low:.1f}M{x - 5:.1f} {low:.1f}h10"
    return f'<path class="tick" fill="none" d="{path}"/>'


def _text(x: float, y: float, said: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _nice(value: float) -> float:
    """The next round number, of which a quarter is round too."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(round(step * power, 9) for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= value)


def _number(value: float) -> str:
    """Three digits that say something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
