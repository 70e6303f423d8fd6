"""What the doctor looks at in the database: Postgres and its settings, the schema, days made ahead, boards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import psycopg

from collector.settings import CollectorSettings
from ops.doctor.finding import Finding
from sql import migrate, statement
from sql.session import SCHEMA

RECOMMENDED = Path(__file__).parents[1] / "postgres" / "skytally.conf"
_SIZES = {"B": 1, "kB": 1 << 10, "8kB": 1 << 13, "MB": 1 << 20, "GB": 1 << 30, "ms": 1e-3, "s": 1, "min": 60, "h": 3600}
_VITAL = frozenset({"fsync", "full_page_writes"})
"""Without these a crash may lose or double what was counted."""
_BACKUP_AGE = timedelta(hours=36)
"""Older than last night's, with hours for it to be made."""


def findings(connection: psycopg.Connection, settings: CollectorSettings) -> Iterator[Finding]:
    """Everything but boards, which take longer."""
    yield Finding("postgres", "well", str(connection.info.parameter_status("server_version")))
    yield from _settings(connection)
    try:
        migrate.check(connection)
    except migrate.SchemaError as error:
        if connection.execute("select to_regnamespace(%s)", (SCHEMA,)).fetchone() == (None,):
            yield Finding("schema", "warning", "nothing is in this database yet", "start the collector, which makes it")
        else:
            yield Finding("schema", "wrong", str(error), "skytally migrate, or what it says")
        return
    yield Finding("schema", "well", f"{migrate.migrations()[-1].name} is the newest, as it should be")
    yield from _network(connection, settings)
    yield from _days_ahead(connection)
    yield from _collector(connection)
    yield from _backup(connection)


def recommended() -> dict[str, str]:
    """The settings that ops/postgres recommends, by name."""
    return dict(re.findall(r"^(\w+) = (\S+)$", RECOMMENDED.read_text(), re.MULTILINE))


def _settings(connection: psycopg.Connection) -> Iterator[Finding]:
    rows = connection.execute("select name, setting, coalesce(unit, '') from pg_settings").fetchall()
    there = {name: (setting, unit) for name, setting, unit in rows}
    low = []
    for name, wanted in recommended().items():
        setting, unit = there.get(name, ("", ""))
        if not _is_met(setting, unit, wanted):
            low.append(name)
            level = "wrong" if name in _VITAL else "warning"
            advice = f"set {name} = {wanted} (ops/postgres/skytally.conf says why), and restart it"
            yield Finding("postgres settings", level, f"{name} is {setting}{unit and f' x {unit}'}", advice)  # type: ignore[arg-type]
    if not low:
        yield Finding("postgres settings", "well", "as recommended")


def _is_met(setting: str, unit: str, wanted: str) -> bool:
    """Numbers at least as large, words the same; where any compression will do, any is well."""
    found = re.fullmatch(r"(\d+)([A-Za-z]*)", wanted)
    if found is None:
        return setting == wanted or (wanted == "on" and setting in ("pglz", "lz4", "zstd"))
    return setting.isdigit() and int(setting) * _SIZES.get(unit, 1) >= int(found[1]) * _SIZES.get(found[2], 1)


def _network(connection: psycopg.Connection, settings: CollectorSettings) -> Iterator[Finding]:
    row = connection.execute("select name from network").fetchone()
    if row and row[0] != settings.network:
        advice = f"set network to {row[0]}, or use another database"
        yield Finding("network", "wrong", f"the database counts {row[0]}, the settings say {settings.network}", advice)


def _days_ahead(connection: psycopg.Connection) -> Iterator[Finding]:
    newest, days = connection.execute(statement("rollup/days"), {"parent": "event"}).fetchone() or (None, [])
    if newest is None:
        yield Finding("days ahead", "well", "none are needed before something is counted")
    elif newest + timedelta(days=1) in days:
        yield Finding("days ahead", "well", f"made up to {max(days)}")
    else:
        advice = "start the collector: its roller makes them once a minute; else see its log"
        yield Finding("days ahead", "warning", f"the day after {newest} is not made yet", advice)


def _collector(connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute("select at > now() - interval '10 seconds', state, detail from vitals").fetchone()
    if row is None or not row[0] or row[1] == "stopped":
        yield Finding("collector", "warning", "none runs", "systemctl start skytally-collector")
    else:
        yield Finding("collector", "warning" if row[2] else "well", row[2] or row[1], "see above" if row[2] else "")


def _backup(connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute("select at, at > now() - %s from last_backup", (_BACKUP_AGE,)).fetchone()
    if row is None:
        advice = "skytally backup DIR, or every night: systemctl enable --now skytally-backup.timer"
        yield Finding("backup", "warning", "none was made yet", advice)
        return
    at, is_new = row
    found = f"the last one is of {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if is_new:
        yield Finding("backup", "well", found)
    else:
        yield Finding("backup", "warning", found, "journalctl -u skytally-backup says why, if it is made every night")
