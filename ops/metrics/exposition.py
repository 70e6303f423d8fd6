"""The exposition: metrics as they are declared, samples of them, and the text format that Prometheus reads (0.0.4).

It knows no metric by name, and refuses a sample of one that is not declared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

MEDIA = "text/plain; version=0.0.4; charset=utf-8"


class Metric(NamedTuple):
    """One metric."""

    name: str
    """With its unit at the end, and `_total` after that where it counts."""
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    unit: str = ""
    """A base unit: seconds, bytes; empty where it is a number of things."""
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    """Of a histogram: what is counted into each bucket at most."""


class Histogram(NamedTuple):
    """A sample of a histogram."""

    counts: tuple[float, ...]
    """By bound, each for itself; the last are those above all bounds."""
    sum: float


Value = float | Histogram
Key = tuple[str, tuple[str, ...]]
"""A metric's name, and the values of its labels."""
Samples = Mapping[Key, Value]


def exposed(metrics: Sequence[Metric], samples: Samples) -> str:
    """The text. Raises KeyError for a metric that is not declared, ValueError for labels that are not its own."""
    declared = {metric.name: metric for metric in metrics}
    lines: dict[str, list[str]] = {metric.name: [] for metric in metrics}
    for (name, labels), value in samples.items():
        lines[name] += _lines(declared[name], labels, value)
    return "".join(
        f"# HELP {metric.name} {_help(metric.help)}\n# TYPE {metric.name} {metric.kind}\n" + "".join(lines[metric.name])
        for metric in metrics
        if lines[metric.name]
    )


def added(one: Value, other: Value) -> Value:
    """Both together, of one metric."""
    if isinstance(one, Histogram) and isinstance(other, Histogram):
        counts = tuple(a + b for a, b in zip(one.counts, other.counts, strict=True))
        return Histogram(counts, one.sum + other.sum)
    assert not isinstance(one, Histogram)
    assert not isinstance(other, Histogram)
    return one + other


def all_added(each: Sequence[Samples]) -> dict[Key, Value]:
    """The samples of several processes as one."""
    found: dict[Key, Value] = {}
    for samples in each:
        for key, value in samples.items():
            found[key] = added(found[key], value) if key in found else value
    return found


def _lines(metric: Metric, labels: tuple[str, ...], value: Value) -> Iterator[str]:
    pairs = list(zip(metric.labels, labels, strict=True))
    if not isinstance(value, Histogram):
        yield f"{metric.name}{_labels(pairs)} {_number(value)}\n"
        return
    count = 0.0
    for bound, n in zip((*metric.bounds, math.inf), value.counts, strict=True):
        count += n
        yield f"{metric.name}_bucket{_labels([*pairs, ('le', _number(bound))])} {_number(count)}\n"
    yield f"{metric.name}_sum{_labels(pairs)} {_number(value.sum)}\n"
    yield f"{metric.name}_count{_labels(pairs)} {_number(count)}\n"


def _labels(pairs: Sequence[tuple[str, str]]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs) + "}" if pairs else ""


def _escaped(value: str) -> str:
    value = value.encode(errors="replace").decode()  # a text that is none would be none here
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _help(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
