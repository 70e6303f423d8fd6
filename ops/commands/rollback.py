"""`skytally rollback`: the release before becomes the current one again."""

from __future__ import annotations

import argparse

from ops import exits
from ops.commands import install
from ops.installation import Installation
from ops.problem import Problem
from ops.settings import Settings

HELP = (
    "Make the previous release the current one again, with its units. A database that has been migrated since is not "
    "changed: the way back behind a migration is a restored backup."
)
EXAMPLE = "skytally rollback"
SETTINGS = False


def add(parser: argparse.ArgumentParser) -> None:
    install.add_where(parser)
    parser.add_argument("--to", metavar="NAME", help="another release than the previous one")
    parser.add_argument("--restored", action="store_true", help="the database is of that release: it was restored")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    installation = Installation(arguments.prefix.absolute())
    current, name = installation.releases.current, arguments.to or installation.releases.previous
    if current is None or name is None:
        raise Problem(f"there is no release to go back to in {installation.releases.root}")
    if (unknown := installation.not_known_to(name)) and not arguments.restored:
        raise Problem(
            f"{name} does not know {', '.join(sorted(unknown))}: restore a backup from before {current}, then call "
            "this with --restored",
            exits.DATABASE,
        )
    install.do(installation.use(name), dry=arguments.dry_run)
    print(f"{current} was the current release, {name} {'would be' if arguments.dry_run else 'is'} now")
    print("next: systemctl daemon-reload, then restart as after an upgrade")
    return exits.OK
