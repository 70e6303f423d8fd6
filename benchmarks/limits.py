"""The limits of the regression gate: by how much each kind of figure may grow before a change has made things worse.

It owns the comparison with the figures that were accepted before, and the table that shows it. It knows nothing of how
figures are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import orjson

from benchmarks.balance import WrongRun

BASELINE = Path(__file__).parent / "results" / "check.json"
"""What was accepted, by Python version: each has bytecodes of its own."""


class Limit(NamedTuple):
    """By how much a figure may grow."""

    percent: float
    why: str


LIMITS = {
    "steps": Limit(2, "bytecodes an event, the same on every machine; order in a set may move them a little"),
    "calls": Limit(2, "calls into C an event, as the bytecodes"),
    "statements": Limit(0, "statements a batch, a fold or a refresh: a whole number, counted"),
    "copied_bytes": Limit(1, "bytes of COPY an event: they follow from the events"),
    "wal_bytes": Limit(3, "bytes of log an event, nearly the same each time; another machine may align otherwise"),
    "blocks": Limit(5, "pages touched an event, as the bytes of log; a plan that reads more shows here"),
    "peak_bytes": Limit(10, "memory an event at its peak; of another allocator it is a little more or less"),
    "times": Limit(60, "a time over that of orjson.loads of the same frames: still the machine's, so it is wide"),
}
"""By what a figure is counted in, the first word of its name; and why just so much."""


class Compared(NamedTuple):
    """One figure, against what was accepted."""

    name: str
    baseline: float | None
    """None: it is new."""
    now: float | None
    """None: it is gone."""

    @property
    def change_percent(self) -> float | None:
        if not self.baseline or self.now is None:
            return None
        return 100 * (self.now / self.baseline - 1)

    @property
    def limit(self) -> Limit:
        return LIMITS[self.name.split(".")[0]]

    @property
    def wrong(self) -> bool:
        """Whether it is worse than allowed, or nobody has accepted it."""
        change = self.change_percent
        return self.now != self.baseline if change is None else change > self.limit.percent

    @property
    def better(self) -> bool:
        """Whether it is so much better that the baseline would hide a step back."""
        change = self.change_percent
        return change is not None and change < -max(self.limit.percent, 1)


def compare(now: Mapping[str, float], baseline: Mapping[str, float]) -> list[Compared]:
    """Every figure of either, in the order of the new ones."""
    names = [*now, *(name for name in baseline if name not in now)]
    return [Compared(name, baseline.get(name), now.get(name)) for name in names]


def accepted(python: str, path: Path = BASELINE) -> dict[str, float] | None:
    """What was accepted for this version of Python (3.11); None where nothing was. Raises WrongRun for a file that has
    something else in it."""
    return _kept(path).get(python)


def accept(python: str, figures: Mapping[str, float], path: Path = BASELINE) -> None:
    """Make these the baseline of this version of Python."""
    kept = _kept(path)
    kept[python] = dict(figures)
    path.write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))


def _kept(path: Path) -> dict[str, dict[str, float]]:
    """Figures by name, by Python version."""
    try:
        found: dict[str, dict[str, float]] = orjson.loads(path.read_bytes()) if path.exists() else {}
        names = {name for figures in found.values() for name in figures}
    except (ValueError, AttributeError, TypeError):
        names = {""}
    if {name.split(".")[0] for name in names} <= LIMITS.keys():
        return found
    raise WrongRun(f"{path} holds no figures of bench --check, so there is nothing to compare with")


def table(compared: Iterable[Compared]) -> list[str]:
    """A line for each figure: baseline, now, change and limit in percent, and a word where something is to be done."""
    lines = [f"{'figure':<28}{'baseline':>12}{'now':>12}{'change %':>10}{'limit %':>9}"]
    for each in compared:
        change = each.change_percent
        lines.append(
            f"{each.name:<28}{_number(each.baseline):>12}{_number(each.now):>12}"
            f"{'' if change is None else f'{change:+.1f}':>10}{each.limit.percent:>9.0f}  {_word(each)}".rstrip()
        )
    return lines


def _word(each: Compared) -> str:
    if each.wrong:
        return "NEW" if each.baseline is None else "GONE" if each.now is None else "WORSE"
    return "better: accept it" if each.better else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"
