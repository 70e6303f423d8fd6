"""The skytally command: parse, read the settings, run a verb, turn trouble into one line and an exit code.

It knows verbs by their modules and imports only the one that is called, so that help is fast.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import psycopg

from collector.errors import AlreadyRunning, BadFeeds, BadRuleset, BadSetting, CollectorError
from ops import exits, logs
from ops.embedded.errors import EmbeddedError
from ops.problem import Problem
from ops.release import ReleaseError
from ops.settings import SettingError, declared, default_of, description, load
from sql.migrate import SchemaError
from sql.session import away
from sql.version import VERSION

VERBS = (
    "up", "demo", "collect", "resolve", "log-boards", "web", "migrate", "status", "config", "simulate", "replay",
    "record", "audit", "boards", "selfcheck", "accounts", "rulesets", "feeds", "watch", "install", "upgrade",
    "rollback", "backup", "restore", "forget", "doctor", "bench",
)  # fmt: skip


class _Parser(argparse.ArgumentParser):
    """One line for what is wrong; who wants all flags asks for help."""

    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}; see {self.prog} --help", exits.USAGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except SettingError as error:
        return _complain(error, exits.USAGE)
    except Problem as problem:
        return _complain(problem, problem.code)
    except ReleaseError as error:
        return _complain(error, exits.FAILED)
    except SchemaError as error:
        return _complain(error, exits.DATABASE)
    except AlreadyRunning as error:
        return _complain(error, exits.TAKEN)
    except (BadSetting, BadRuleset, BadFeeds) as error:
        return _complain(error, exits.USAGE)
    except (EmbeddedError, CollectorError) as error:
        return _complain(error, exits.DATABASE)
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
        return _complain(f"the database can not be used: {away(error)}", exits.DATABASE)
    except PermissionError as error:
        return _complain(f"{(error.strerror or 'not permitted').lower()}: {error.filename}", exits.FAILED)
    except (NotADirectoryError, FileExistsError, IsADirectoryError) as error:
        return _complain(f"{(error.strerror or 'no directory').lower()}: {error.filename}", exits.USAGE)
    except BrokenPipeError:
        # who read our output has seen enough; nothing is left to be flushed into it at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OK
    except KeyboardInterrupt:
        return 130


def _run(words: list[str]) -> int:
    called = next((word for word in words if not word.startswith("-")), None)
    parser, of_verb = _parser(called)
    given, unknown = parser.parse_known_args(words)
    if unknown:
        raise Problem(f"unknown argument {' '.join(unknown)}; allowed: {', '.join(of_verb)}", exits.USAGE)
    if given.verb is None:
        parser.print_help()
        return exits.OK
    flags = {name: getattr(given, name, None) for name in declared()}
    settings = load(flags=flags, file=getattr(given, "config", None))
    logs.begin(settings.logs, given.verb)
    code = int(_verb(given.verb).run(given, settings))
    sys.stdout.flush()
    return code


def _complain(what: object, code: int) -> int:
    logs.complain(what)
    return code


def _verb(name: str) -> Any:
    return importlib.import_module(f"ops.commands.{name.replace('-', '_')}")


def _parser(called: str | None) -> tuple[argparse.ArgumentParser, list[str]]:
    """The parser, and the flags that the called verb knows."""
    parser = _Parser(
        prog="skytally",
        description="Count the Bluesky firehose, every event exactly once.",
        epilog="example: skytally demo",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"skytally {VERSION}")
    flags = ["--help", "--version"]
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    for name in VERBS:
        verb = _verb(name) if called in (None, name) else None
        sub = verbs.add_parser(
            name,
            help=verb.HELP if verb else None,
            description=verb.HELP if verb else None,
            epilog=f"example: {verb.EXAMPLE}" if verb else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,  # an example is copied in one piece
            # a flag that is short for one today may be short for two tomorrow
            allow_abbrev=False,
        )
        if verb and called == name:
            flags = _add_flags(sub, verb)
    return parser, flags


def _add_flags(parser: argparse.ArgumentParser, verb: Any) -> list[str]:
    """The verb's own flags, and those of the settings unless it has no use for any; all their names."""
    verb.add(parser)
    if getattr(verb, "SETTINGS", True):
        parser.usage = parser.format_usage().removeprefix("usage: ").strip() + " [settings]"
        _add_settings(parser)
    return [flag for action in parser._actions for flag in action.option_strings if flag.startswith("--")]


def _add_settings(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("settings (also in a TOML file, and as SKYTALLY_NAME; see skytally config)")
    group.add_argument("--config", type=Path, metavar="FILE", help="TOML file of settings")
    for name, kind in declared().items():
        default = default_of(name)
        shown = f" (default {default})" if default else ""
        text = f"{description(kind)}{shown}".replace("%", "%%")
        group.add_argument("--" + name.replace("_", "-"), dest=name, metavar="X", help=text)
