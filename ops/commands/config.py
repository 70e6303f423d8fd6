"""`skytally config`: every setting, its value, its unit and where it came from."""

from __future__ import annotations

import argparse

import orjson

from ops import exits
from ops.allowed import in_words
from ops.settings import Settings, declared, description

HELP = "Print every setting, its value, its unit and where it came from."
EXAMPLE = "SKYTALLY_WORKERS=4 skytally config"
_COLUMN_MAX = 40  # characters; a longer value stands out of its column, whole


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    parser.add_argument("--explain", action="store_true", help="with what each setting is for, and what it may be")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.json:
        found = {v.name: {"value": v.shown(), "unit": v.unit, "origin": v.origin} for v in settings.values}
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return exits.OK
    rows = [(v.name, v.text(), v.unit, v.origin) for v in settings.values]
    widths = [min(max(len(row[i]) for row in rows), _COLUMN_MAX) for i in range(3)]
    kinds = declared()
    for name, value, unit, origin in rows:
        print(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {unit:<{widths[2]}}  {origin}")
        if arguments.explain:
            print(f"    {description(kinds[name])} Allowed: {in_words(name, kinds[name])}.")
    return exits.OK
