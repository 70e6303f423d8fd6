"""The skytally command: parse, read the settings, run a verb, turn trouble into one line and an exit code.

It knows verbs by their modules and imports only the one that is called, so that help is fast.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any

import psycopg

from collector.errors import CollectorError
from collector.version import VERSION
from ops import exits
from ops.embedded.errors import EmbeddedError
from ops.settings import SettingError, declared, description, load
from sql.migrate import SchemaError
from sql.session import away

VERBS = (
    "up", "demo", "collect", "web", "migrate", "status", "config", "simulate", "replay", "record", "audit",
)  # fmt: skip


class Problem(Exception):
    """A verb can not go on. The message is the one line for people, `code` how the command ends."""

    def __init__(self, message: str, code: int = exits.FAILED) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser(words)
    given = parser.parse_args(words)
    if given.verb is None:
        parser.print_help()
        return exits.OK
    try:
        flags = {name: getattr(given, name, None) for name in declared()}
        return int(_verb(given.verb).run(given, load(flags=flags, file=given.config)))
    except SettingError as error:
        return _complain(error, exits.USAGE)
    except Problem as problem:
        return _complain(problem, problem.code)
    except SchemaError as error:
        return _complain(error, exits.DATABASE)
    except (EmbeddedError, CollectorError) as error:
        return _complain(error, exits.TAKEN if "Another collector" in str(error) else exits.DATABASE)
    except psycopg.OperationalError as error:
        return _complain(away(error), exits.DATABASE)
    except BrokenPipeError:
        return exits.OK
    except KeyboardInterrupt:
        return 130


def _complain(what: object, code: int) -> int:
    print(f"skytally: {what}", file=sys.stderr)
    return code


def _verb(name: str) -> Any:
    return importlib.import_module(f"ops.commands.{name}")


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="skytally",
        description="Count the Bluesky firehose, every event exactly once.",
        epilog="example: skytally demo",
    )
    parser.add_argument("--version", action="version", version=f"skytally {VERSION}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    called = next((word for word in words if word in VERBS), None)
    for name in VERBS:
        verb = _verb(name) if called in (None, name) else None
        sub = verbs.add_parser(
            name,
            help=verb.HELP if verb else None,
            description=verb.HELP if verb else None,
            epilog=f"example: {verb.EXAMPLE}" if verb else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if verb and called == name:
            verb.add(sub)
            _add_settings(sub)
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    from pathlib import Path

    group = parser.add_argument_group("settings (also in a TOML file, and as SKYTALLY_NAME; see `skytally config`)")
    group.add_argument("--config", type=Path, metavar="FILE", help="TOML file of settings")
    for name, kind in declared().items():
        flag = "--" + name.replace("_", "-")
        group.add_argument(flag, dest=name, metavar="X", help=description(kind).replace("%", "%%"))
