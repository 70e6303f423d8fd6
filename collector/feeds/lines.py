"""Where in a TOML file a value stands, for who has to mend it: tomllib tells that of broken syntax only.

It looks for headers and keys as people write them and falls back to the table around; it decides nothing.
"""

from __future__ import annotations

import re

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\"' -]+?)\s*\]\]?\s*(?:#.*)?$")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def line_of(text: str, path: str, value: str = "") -> int:
    """The line of what msgspec names `$.feeds[2].keywords.include[0]`: of its key, or of `value` below that."""
    lines = text.split("\n")  # a text may have what ends a line elsewhere
    steps = [name or int(at) for name, at in _STEP.findall(path.removeprefix("$")) if name or at.isdigit()]
    begin, end = _table(lines, steps)
    found = begin
    for step in (step for step in steps if isinstance(step, str)):
        key = re.compile(rf"(?:^\s*|[{{,]\s*|^\s*\[\[?[^\]]*\.)[\"']?{re.escape(step)}[\"']?\s*[=\].]")
        found = next((n for n in range(found, end) if key.search(lines[n])), found)
    if value:
        has = [n for n, line in enumerate(lines) if f'"{value}"' in line or f"'{value}'" in line]
        # what is not below its key is in a list
        found = next((n for n in has if found <= n < end), has[0] if has else found)
    return found + 1


def _table(lines: list[str], steps: list[str | int]) -> tuple[int, int]:
    """Where the table begins and ends that the steps lead to: one of a list of tables, with what is below it."""
    headers = [(n, found[1], found[2]) for n, line in enumerate(lines) if (found := _HEADER.match(line))]
    begin, end, name = 0, len(lines), ""
    for step, at in zip(steps, [*steps[1:], ""], strict=True):
        if isinstance(step, str):
            name = f"{name}.{step}" if name else step
        if not isinstance(at, int):
            continue
        begins = [n for n, bracket, of in headers if begin <= n < end and bracket == "[[" and of == name]
        if at >= len(begins):
            break
        begin, below = begins[at], f"{name}."
        end = next((n for n, _, of in headers if begin < n < end and not of.startswith(below)), end)
    return begin, end
