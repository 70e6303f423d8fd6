"""Where in a TOML file a value stands, for who has to mend it: tomllib tells that of broken syntax only.

It looks for headers and keys as people write them and falls back to the table around; it decides nothing.
"""

from __future__ import annotations

import re

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\"' -]+?)\s*\]\]?\s*(?:#.*)?$")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def line_of(text: str, path: str, value: str = "") -> int:
    """The line of what msgspec names `$.feeds[2].keywords.include[0]`: of its key, or of `value` below that."""
    lines = text.splitlines()
    steps = [name or int(at) for name, at in _STEP.findall(path.removeprefix("$")) if name or at.isdigit()]
    begin, end = _table(lines, steps)
    found = begin
    for step in (step for step in steps if isinstance(step, str)):
        key = re.compile(rf"(?:^\s*|[{{,]\s*|^\s*\[\[?[^\]]*\.)[\"']?{re.escape(step)}[\"']?\s*[=\].]")
        found = next((n for n in range(found, end) if key.search(lines[n])), found)
    if value:
        found = next((n for n in range(found, end) if f'"{value}"' in lines[n] or f"'{value}'" in lines[n]), found)
    return found + 1


def _table(lines: list[str], steps: list[str | int]) -> tuple[int, int]:
    """Where the table begins and ends that the first steps lead to: one of a list of tables, with what is below it."""
    if len(steps) < 2 or not isinstance(steps[1], int):
        return 0, len(lines)
    headers = [(n, found[1], found[2]) for n, line in enumerate(lines) if (found := _HEADER.match(line))]
    begins = [n for n, bracket, name in headers if bracket == "[[" and name == steps[0]]
    if steps[1] >= len(begins):
        return 0, len(lines)
    begin = begins[steps[1]]
    below = f"{steps[0]}."
    return begin, next((n for n, _, name in headers if n > begin and not name.startswith(below)), len(lines))
