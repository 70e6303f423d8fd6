"""The tables of a result, ratios first: aligned for a terminal, or as Markdown. How it was measured it can not tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_Row = tuple[str, ...]


def tables(result: dict[str, Any], *, markdown: bool) -> str:
    """Both, with what they were measured on."""
    form = _as_markdown if markdown else _as_text
    return "\n\n".join((form(_of_ratios(result["ratios"])), form(_of_figures(result["figures"])), _about(result)))


def _of_ratios(ratios: list[dict[str, Any]]) -> list[_Row]:
    head = ("ours", "against", "ratio", "min to max", "aimed at")
    return [head] + [
        (each["ours"], each["what"], *_spread(each["ratio"], ",.2f"), f"{each['least'] or '':}") for each in ratios
    ]


def _of_figures(figures: dict[str, Any]) -> list[_Row]:
    head = ("contender", "events", "events/s", "min to max", "its CPU, us/event", "PostgreSQL's", "commits/s")
    return [head] + [
        (
            name, _median(each, "events", ",.0f"), *_spread(each["events_per_second"], ",.0f"),
            _median(each, "cpu_us_per_event", ",.1f"), _median(each, "postgres_us_per_event", ",.1f"),
            _median(each, "frames_per_second", ",.0f"),
        )
        for name, each in figures.items()
    ]  # fmt: skip


def _about(result: dict[str, Any]) -> str:
    options, about = result["options"], result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    events = Path(options["recording"]).name or "simulated events"
    return (
        f"{events}, {options['runs']} tries, {options['workers']} workers; "
        f"{about['cpu']}, {about['cores']} cores, {about['loops_per_us']} loops/us, {about['memory_gib']} GiB, "
        f"{about['system']}; Python {about['python']}, {versions}; commit {about['commit']}"
    )


def _median(figures: dict[str, Any], what: str, form: str) -> str:
    return format(figures[what]["median"], form) if what in figures else ""


def _spread(spread: dict[str, float], form: str) -> _Row:
    return format(spread["median"], form), f"{spread['min']:{form}} to {spread['max']:{form}}"


def _as_text(rows: list[_Row]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _as_markdown(rows: list[_Row]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
