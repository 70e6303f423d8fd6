"""`skytally status`: how the collector is, in one screen."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import msgspec
import orjson

from collector.progress import duration
from ops import exits
from ops.database import database
from ops.forecast import forecast
from ops.settings import Settings
from sql import statement
from sql.migrate import check
from sql.session import connect

HELP = "How the collector is: watermark, lag, events, gaps, quarantine, and what the database takes and will take."
EXAMPLE = "skytally status --json"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with database(settings.database, existing=True) as where, connect(where.conninfo, None, "status") as connection:
        check(connection)
        cursor = connection.execute(statement("query/status"))
        row = cursor.fetchone()
        assert row is not None
        assert cursor.description is not None
        found = {column.name: value for column, value in zip(cursor.description, row, strict=True)}
        found |= msgspec.structs.asdict(forecast(connection, settings.collector))
        reasons: dict[str, int] = dict(connection.execute(statement("query/quarantine_reasons")).fetchall())
    if arguments.json:
        options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
        print(orjson.dumps({**found, "quarantine": reasons}, option=options).decode())
        return exits.OK
    rows = [(name.replace("_", " "), _shown(name, value)) for name, value in found.items()]
    rows += [(f"quarantined: {reason}", f"{count:,}") for reason, count in reasons.items()]
    for name, shown in rows:
        print(f"{name:<32} {shown}")
    return exits.OK


def _shown(name: str, value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    if "_bytes" in name and isinstance(value, int):
        return f"{value / 1e6:,.1f} MB" if value < 1e9 else f"{value / 1e9:,.1f} GB"
    if name.endswith("_seconds") and isinstance(value, int | float):
        return duration(float(value))
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value) or "-"
