"""The exposition: what is written is what Prometheus reads, and what is declared is declared well."""

from __future__ import annotations

import math
import re
import subprocess

import pytest

from ops.metrics import collector, web
from ops.metrics.address import address_of
from ops.metrics.exposition import Histogram, Metric, added, exposed
from tests.ops.prometheus import promtool

UNITS = ("seconds", "bytes")
DECLARED = [*collector.METRICS, *web.METRICS]


@pytest.mark.parametrize("metric", DECLARED, ids=lambda metric: metric.name)
def test_every_metric_says_its_unit_in_its_name_and_what_it_is(metric: Metric) -> None:
    assert re.fullmatch(r"skytally(_[a-z0-9]+)+", metric.name)
    bare = metric.name.removesuffix("_total")
    assert (metric.kind == "counter") == (metric.name != bare)
    assert metric.unit in ("", *UNITS)
    assert next((unit for unit in UNITS if bare.endswith(f"_{unit}")), "") == metric.unit
    assert re.fullmatch(r"[A-Z0-9].+\.", metric.help)
    assert (metric.kind == "histogram") == bool(metric.bounds)
    assert list(metric.bounds) == sorted(set(metric.bounds))


def test_no_name_is_declared_twice() -> None:
    names = [metric.name for metric in DECLARED]
    assert len(names) == len(set(names))
    assert {name.startswith("skytally_web_") for name in (metric.name for metric in web.METRICS)} == {True}
    assert {name.startswith("skytally_web_") for name in (metric.name for metric in collector.METRICS)} == {False}


def test_the_text_is_the_text_format() -> None:
    metrics = (
        Metric("a_total", "counter", "Back\\slash and\nline.", "", ("name", "of")),
        Metric("b_seconds", "histogram", "Takes.", "seconds", ("route",), (0.1, 2.0)),
        Metric("c", "gauge", "Numbers.", "", ("n",)),
        Metric("d", "gauge", "Nothing yet."),
    )
    numbers = (0.0, -1.5, 1e300, math.inf, -math.inf, math.nan, 1e15, 123456789012.0, 0.1 + 0.2)
    text = exposed(
        metrics,
        {
            **{("c", (str(n),)): number for n, number in enumerate(numbers)},
            ("a_total", ('quo"te', "back\\slash\nline \udcff")): 3.0,
            ("b_seconds", ("/",)): Histogram((1, 2, 3), 7.25),
        },
    )
    assert text == (
        "# HELP a_total Back\\\\slash and\\nline.\n# TYPE a_total counter\n"
        'a_total{name="quo\\"te",of="back\\\\slash\\nline ?"} 3\n'
        "# HELP b_seconds Takes.\n# TYPE b_seconds histogram\n"
        'b_seconds_bucket{route="/",le="0.1"} 1\nb_seconds_bucket{route="/",le="2"} 3\n'
        'b_seconds_bucket{route="/",le="+Inf"} 6\nb_seconds_sum{route="/"} 7.25\nb_seconds_count{route="/"} 6\n'
        "# HELP c Numbers.\n# TYPE c gauge\n"
        'c{n="0"} 0\nc{n="1"} -1.5\nc{n="2"} 1e+300\nc{n="3"} +Inf\nc{n="4"} -Inf\nc{n="5"} NaN\n'
        'c{n="6"} 1000000000000000.0\nc{n="7"} 123456789012\nc{n="8"} 0.30000000000000004\n'
    )
    checked = subprocess.run([promtool(), "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert "error while" not in checked.stderr, checked.stderr


def test_what_is_not_declared_is_not_shown() -> None:
    metrics = (Metric("a", "gauge", "One.", "", ("x",)),)
    with pytest.raises(KeyError):
        exposed(metrics, {("b", ("x",)): 1.0})
    for labels in ((), ("x", "y")):
        with pytest.raises(ValueError, match="zip"):
            exposed(metrics, {("a", labels): 1.0})


def test_histograms_of_two_processes_add_up() -> None:
    assert added(Histogram((1, 2), 3), Histogram((10, 20), 30)) == Histogram((11, 22), 33)
    assert added(1.0, 2.0) == 3.0


def test_only_this_machine_is_listened_to() -> None:
    good = ("127.0.0.1:9420", "127.8.0.1:1", "[::1]:9420", "localhost:0", "/run/skytally/metrics.sock")
    assert [address_of(where) for where in good] == [
        ("127.0.0.1", 9420), ("127.8.0.1", 1), ("::1", 9420), ("127.0.0.1", 0), "/run/skytally/metrics.sock"
    ]  # fmt: skip
    for where in ("0.0.0.0:9420", "[::]:9420", "192.0.2.1:80", "9420", "127.0.0.1", "127.0.0.1:99999", "example.org:1"):
        with pytest.raises(ValueError):
            address_of(where)
