"""`skytally doctor`: is everything here as it should be, and what to do where it is not."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import msgspec
import psycopg

from ops import exits
from ops.commands.boards import verified
from ops.database import database
from ops.doctor import Finding, machine, upstream
from ops.doctor import database as inside
from ops.embedded import EmbeddedError
from ops.problem import Problem
from ops.settings import Settings
from sql.session import away, connect

HELP = "Look at settings, versions, disk, clock, upstream, the database and its boards, and say what to do."
EXAMPLE = "skytally doctor --json"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON array")
    parser.add_argument("--no-boards", action="store_true", help="leave boards out: they are all made from scratch")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    found = list(_findings(settings, boards=not arguments.no_boards))
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        for finding in found:
            print(finding.line())
    return exits.FAILED if any(finding.level == "wrong" for finding in found) else exits.OK


def _findings(settings: Settings, *, boards: bool) -> Iterator[Finding]:
    try:
        with (
            database(settings.database, existing=True) as where,
            connect(where.conninfo, None, "doctor") as connection,
        ):
            yield from machine.findings(settings, where.disk)
            yield from _database(connection, settings, boards=boards)
    except (Problem, EmbeddedError, psycopg.Error) as error:
        yield from machine.findings(settings, None)
        said = away(error)
        yield Finding(
            "postgres", "wrong", said, "see that it runs, and database_url; ops/README.md says how to enter it"
        )
    yield from upstream.findings(settings.collector.source, settings.collector.future_s_max)


def _database(connection: psycopg.Connection, settings: Settings, *, boards: bool) -> Iterator[Finding]:
    found = list(inside.findings(connection, settings.collector))
    yield from found
    if not boards or any(finding.level == "wrong" for finding in found):
        return
    checked = verified(connection, settings.collector.board_rows, experience=settings.collector.experience)
    if checked is None:
        yield Finding("boards", "warning", "no roller has made them", "start the collector, or: skytally boards verify")
    elif checked.different:
        names = ", ".join(checked.different[:3])
        advice = "skytally boards verify says which; restart the collector, and please report it"
        yield Finding("boards", "wrong", f"{len(checked.different)} are not as from scratch ({names})", advice)
    else:
        yield Finding("boards", "well", f"{checked.same} are as from scratch")
