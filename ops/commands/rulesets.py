"""`skytally rulesets`: what is worth how much experience; ours and the operator's own."""

from __future__ import annotations

import argparse
from pathlib import Path

import psycopg
from msgspec.structs import asdict
from psycopg import sql

from collector.rulesets import BUILT_IN, Ruleset, parse
from ops import exits
from ops.database import database
from ops.problem import Problem
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect

HELP = (
    "list: the rulesets there are; check FILE: whether a TOML file of [rulesets.NAME] tables can be used; use FILE: "
    "use it, at once and without stopping anything, for experience is added up when it is asked for; drop NAME."
)
EXAMPLE = "skytally rulesets use rulesets.toml"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["list", "check", "use", "drop"], help="what to do")
    parser.add_argument("of", nargs="?", metavar="FILE|NAME", help="a TOML file, or a ruleset to be dropped")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    what, of = arguments.what, arguments.of
    if (what == "list") == (of is not None):
        raise Problem(f"rulesets {what} takes {'nothing' if of else 'a name' if what == 'drop' else 'a file'} more",
                      exits.USAGE)  # fmt: skip
    given = parse(_read(of)) if what in ("check", "use") else {}
    if what == "check":
        print(f"{of}: {', '.join(given)}: well-formed")
        return exits.OK
    with database(settings.database, existing=True) as where, connect(where.conninfo, None, "rulesets") as connection:
        check(connection)
        for name, ruleset in given.items():
            print(f"{name}: {_use(connection, name, ruleset)}")
        if what == "drop":
            _drop(connection, of)
        if what == "list":
            _list(connection)
    return exits.OK


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file} can not be read: {error}", exits.USAGE) from None


def _use(connection: psycopg.Connection, name: str, ruleset: Ruleset) -> str:
    """Write it down; its version goes up if anything has changed."""
    points = asdict(ruleset)
    names = [sql.Identifier(column) for column in points]
    query = sql.SQL("""
        insert into ruleset as kept (name, {names})
        values (%(name)s, {values})
        on conflict (name) do update
        set ({names}) = row ({excluded}), version = kept.version + 1, changed_at = now()
        where row ({kept}) is distinct from row ({excluded})
        returning version
    """).format(
        names=sql.SQL(", ").join(names), values=sql.SQL(", ").join(map(sql.Placeholder, points)),
        excluded=sql.SQL(", ").join([sql.SQL("excluded.{}").format(column) for column in names]),
        kept=sql.SQL(", ").join([sql.SQL("kept.{}").format(column) for column in names]),
    )  # fmt: skip
    row = connection.execute(query, {"name": name, **points}).fetchone()
    return "as it was" if row is None else "new" if row[0] == 1 else f"version {row[0]}"


def _drop(connection: psycopg.Connection, name: str) -> None:
    if name in BUILT_IN:
        raise Problem(f"{name} is one of ours and stays", exits.USAGE)
    if not connection.execute("delete from ruleset where name = %s and not built_in", (name,)).rowcount:
        raise Problem(f"there is no ruleset {name}", exits.USAGE)


def _list(connection: psycopg.Connection) -> None:
    columns = ("name", "version", *asdict(next(iter(BUILT_IN.values()))))
    query = sql.SQL("select {} from ruleset order by built_in desc, name").format(
        sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    print("  ".join(columns))
    for row in connection.execute(query):
        print("  ".join(f"{value:<{len(column)}}" for column, value in zip(columns, row, strict=True)))
