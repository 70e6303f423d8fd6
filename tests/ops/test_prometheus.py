"""Rules and dashboard: they ask for metrics that there are, they load, and every alert has its part of the runbook."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from ops.metrics import collector, web
from tests.ops.prometheus import promtool

OPS = Path(__file__).parents[2] / "ops"
RULES = OPS / "prometheus" / "skytally.rules.yml"
ALERT = re.compile(
    r"      - alert: (?P<name>\w+)\n        expr: (?P<expr>(?:.|\n {10})+)\n(?:        for: \w+\n)?"
    r"        labels: \{severity: (?P<severity>\w+)\}\n        annotations:\n"
    r'          summary: "(?P<summary>.+)"\n          runbook: (?P<runbook>\S+)\n'
)
ALERTS = [found.groupdict() for found in ALERT.finditer(RULES.read_text())]
METRICS = (*collector.METRICS, *web.METRICS)
BOARD: dict[str, Any] = orjson.loads((OPS / "grafana" / "skytally.json").read_bytes())
PANELS: list[dict[str, Any]] = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
QUERIES: list[str] = [target["expr"] for panel in PANELS for target in panel["targets"]]
LABELS_OF_PROMETHEUS = {"job", "instance", "le"}


def series() -> dict[str, set[str]]:
    """Every name that a scrape can have, and its labels."""
    found: dict[str, set[str]] = {}
    for metric in METRICS:
        suffixes = ("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",)
        found |= {metric.name + suffix: set(metric.labels) | LABELS_OF_PROMETHEUS for suffix in suffixes}
    return found


def names(query: str) -> set[str]:
    return set(re.findall(r"\bskytally_\w+", query))


def labels(query: str) -> Iterator[str]:
    """Those that a query groups or selects by."""
    for listed in re.findall(r"\b(?:by|on) \(([^)]*)\)", query):
        yield from re.split(r",\s*", listed)
    for selected in re.findall(r"\{([^}]*)\}", query):
        yield from re.findall(r"(\w+)\s*[=!]~?", selected)


@pytest.mark.parametrize("query", [*(rule["expr"] for rule in ALERTS), *QUERIES])
def test_a_query_asks_for_what_there_is(query: str) -> None:
    found = names(query)
    assert found <= set(series())
    known = set().union(*(series()[name] for name in found)) | LABELS_OF_PROMETHEUS
    assert set(labels(query)) <= known


def test_every_alert_has_a_part_of_the_runbook_and_every_part_its_alert() -> None:
    text = (OPS / "README.md").read_text().split("## Alerts\n", 1)[1].split("\n## ", 1)[0]
    parts = dict(re.findall(r"### (\w+)\n((?:(?!###).*\n)+)", text + "\n"))
    assert sorted(parts) == sorted(rule["name"] for rule in ALERTS)
    for name, part in parts.items():
        assert re.findall(r"^- (\w+):", part, re.MULTILINE) == ["Seen", "Numbers", "Do"], name
        assert names(part) <= {metric.name for metric in METRICS}, name
    for rule in ALERTS:
        assert rule["runbook"] == f"ops/README.md#{rule['name'].lower()}"
        assert rule["severity"] in ("page", "ticket")
    assert RULES.read_text().count("- alert:") == len(ALERTS)


def test_promtool_takes_the_rules_and_they_call_when_they_should(tmp_path: Path) -> None:
    checked = subprocess.run([promtool(), "check", "rules", RULES], capture_output=True, text=True, check=False)
    assert (checked.returncode, f"{len(ALERTS)} rules found" in checked.stdout) == (0, True), checked.stdout
    trial = tmp_path / "alerts.test.yml"
    trial.write_text((Path(__file__).parent / "alerts.test.yml").read_text().replace("RULES", str(RULES)))
    tried = subprocess.run([promtool(), "test", "rules", trial], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stdout + tried.stderr


def test_promtool_takes_what_we_say_prometheus_has_to_be_told() -> None:
    where = OPS / "prometheus" / "scrape.yml"
    checked = subprocess.run([promtool(), "check", "config", where], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_prometheus_can_read_every_query_of_the_dashboard(tmp_path: Path) -> None:
    plain = [query.replace("$__rate_interval", "5m").replace("$instance", ".*") for query in QUERIES]
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(plain)]
    (tmp_path / "rules.yml").write_bytes(orjson.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    checked = subprocess.run(
        [promtool(), "check", "rules", tmp_path / "rules.yml"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_dashboard_has_what_grafana_needs() -> None:
    assert (BOARD["title"], BOARD["uid"], BOARD["schemaVersion"] >= 36) == ("skytally", "skytally", True)
    source, instance = BOARD["templating"]["list"]
    assert (source["type"], source["query"], source["name"]) == ("datasource", "prometheus", "datasource")
    assert instance["query"]["query"] == "label_values(skytally_start_timestamp_seconds, instance)"
    assert names(instance["query"]["query"]) <= set(series())
    found = BOARD["panels"]
    assert len({panel["id"] for panel in found}) == len(found)
    of_ours = {"type": "prometheus", "uid": "${datasource}"}
    for panel in PANELS:
        assert panel["datasource"] == of_ours
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        references = [target["refId"] for target in panel["targets"]]
        assert references == sorted(set(references)) != []
        assert {str(target["datasource"]) for target in panel["targets"]} == {str(of_ours)}


def test_no_panel_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert at["x"] + at["w"] <= 24
        assert cells.isdisjoint(taken), panel["title"]
        taken |= cells


def test_everything_that_is_exported_is_asked_for_somewhere() -> None:
    text = " ".join([*QUERIES, *(rule["expr"] for rule in ALERTS), (OPS / "README.md").read_text(), str(BOARD)])
    left = {metric.name for metric in METRICS if not {metric.name, f"{metric.name}_bucket"} & names(text)}
    assert left == {"skytally_build_info", "skytally_web_build_info"}
