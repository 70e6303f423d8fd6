"""Metrics of the site: each declared here, once, and read from the vitals of its processes, which count as one.

What was counted by a process that has died is in its vitals still, and whoever takes its place counts on. It does not
know how they are shown.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from ops.companion import Companion
from ops.metrics import processes
from ops.metrics.exposition import Histogram, Key, Metric, Value, all_added, exposed
from sql.version import VERSION
from web.vitals import AGES, LAYERS, OTHER_STATUS, SECONDS, STATUSES, WebVitals

_OF_PROCESS = {
    "alive_at": "skytally_web_alive_timestamp_seconds",
    "cached_entries": "skytally_web_cached_entries",
    "cached_bytes": "skytally_web_cached_bytes",
    "making": "skytally_web_answers_in_work",
    "connections": "skytally_web_database_connections",
    "connections_waited_for": "skytally_web_database_waiters",
    "live_readers": "skytally_web_live_readers",
}
METRICS = (
    Metric("skytally_web_build_info", "gauge", "The version that runs; always 1.", "", ("version",)),
    Metric("skytally_web_requests_total", "counter", "Requests answered.", "", ("route", "status")),
    Metric("skytally_web_request_seconds", "histogram", "What a request took.", "seconds", ("route",), SECONDS),
    Metric(
        "skytally_web_answers_total", "counter",
        "Answers from the cache, by how old they were; made: while their reader waited.", "", ("route", "age"),
    ),
    Metric("skytally_web_answers_made_total", "counter", "Answers made, mostly with nobody waiting.", "", ("route",)),
    Metric("skytally_web_making_seconds_total", "counter", "Time spent on making them.", "seconds", ("route",)),
    Metric(
        "skytally_web_layer_failures_total", "counter", "Times that a layer which processes share did not answer.", "",
        ("layer",),
    ),
    Metric(
        "skytally_web_start_timestamp_seconds", "gauge", "When the site was started, or this unit of it, Unix time.",
        "seconds",
    ),
    Metric("skytally_web_process_starts_total", "counter", "Starts of each process.", "", ("process",)),
    Metric(
        "skytally_web_alive_timestamp_seconds", "gauge", "When the loop of each process last turned.", "seconds",
        ("process",),
    ),
    Metric("skytally_web_cached_entries", "gauge", "Answers in the memory of each process.", "", ("process",)),
    Metric("skytally_web_cached_bytes", "gauge", "What those take.", "bytes", ("process",)),
    Metric("skytally_web_answers_in_work", "gauge", "Answers being made, or waiting for that.", "", ("process",)),
    Metric("skytally_web_database_connections", "gauge", "Connections to the database.", "", ("process",)),
    Metric("skytally_web_database_waiters", "gauge", "Such that wait for a connection.", "", ("process",)),
    Metric("skytally_web_live_readers", "gauge", "Readers who watch counts as they come.", "", ("process",)),
    Metric("skytally_web_live_dropped_total", "counter", "Such that were too slow and were sent away."),
    *processes.metrics("skytally_web"),
)  # fmt: skip
"""Every metric of this half."""


class WebMetrics:
    """What is known of the processes that one parent has started."""

    def __init__(self, vitals: Sequence[WebVitals], sites: Mapping[str, Companion]) -> None:
        """Both in the same order; `sites` by name."""
        self._vitals, self._sites = vitals, sites
        self._started_at = time.time()

    def text(self) -> str:
        """All of it, as Prometheus reads it."""
        found: dict[Key, Value] = {
            ("skytally_web_build_info", (VERSION,)): 1,
            ("skytally_web_start_timestamp_seconds", ()): self._started_at,
        }
        found |= all_added([_counted(vitals) for vitals in self._vitals])
        for (name, site), vitals in zip(self._sites.items(), self._vitals, strict=True):
            found["skytally_web_process_starts_total", (name,)] = site.starts
            now = vitals.of_process()
            now["alive_at"] += time.time() - time.monotonic()
            found |= {(metric, (name,)): now[figure] for figure, metric in _OF_PROCESS.items()}
        pids = {name: site.pid for name, site in self._sites.items()}
        return exposed(METRICS, found | processes.samples("skytally_web", pids))


def _counted(vitals: WebVitals) -> dict[Key, Value]:
    """What a process and those before it in its place have counted."""
    now = vitals.of_process()
    found: dict[Key, Value] = {("skytally_web_layer_failures_total", (layer,)): now[layer] for layer in LAYERS}
    found["skytally_web_live_dropped_total", ()] = now["live_dropped"]
    for number, route in enumerate(vitals.routes):
        found |= _of_route(route, vitals.of_route(number))
    return found


def _of_route(route: str, figures: Mapping[str, float]) -> dict[Key, Value]:
    """Of a route that was asked for; of what never happened there nothing."""
    found: dict[Key, Value] = {}
    for status in (*STATUSES, OTHER_STATUS):
        if n := figures[f"status {status}"]:
            found["skytally_web_requests_total", (route, str(status))] = n
    for age in AGES:
        if n := figures[f"age {age}"]:
            found["skytally_web_answers_total", (route, age)] = n
    counts = tuple(figures[f"to {most}"] for most in SECONDS)
    if found:
        sample = Histogram((*counts, figures["slower"]), figures["seconds"])
        found["skytally_web_request_seconds", (route,)] = sample
    if figures["makings"]:
        found["skytally_web_answers_made_total", (route,)] = figures["makings"]
        found["skytally_web_making_seconds_total", (route,)] = figures["making_seconds"]
    return found
