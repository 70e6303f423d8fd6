"""`skytally install`: this checkout as a release of the system, with its units."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

from ops import exits
from ops.installation import Installation, Step
from ops.problem import Problem
from ops.settings import Settings
from sql.version import VERSION

HELP = (
    "Install this checkout: its files as a release in /opt/skytally, systemd units, accounts, settings. Nothing is "
    "started; what to call next is printed."
)
EXAMPLE = "skytally install --dry-run"
SETTINGS = False
CHECKOUT = Path(__file__).parents[2]
_NEXT = """next:
  systemd-sysusers && systemd-tmpfiles --create
  systemctl daemon-reload
  the database, nginx and the first start: {readme}"""


def add(parser: argparse.ArgumentParser) -> None:
    add_where(parser)
    parser.add_argument("--release", default=VERSION, metavar="NAME", help=f"what it is called (default {VERSION})")
    parser.add_argument(
        "--no-environment", action="store_true", help="leave the Python environment to whoever packages this"
    )


def add_where(parser: argparse.ArgumentParser) -> None:
    """The flags of all that changes what is installed."""
    parser.add_argument(
        "--prefix", type=Path, default=Path("/"), metavar="DIR", help="everything goes below it (default /)"
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would be done, and do nothing")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    install(arguments, switch=False)
    current = arguments.prefix / "opt/skytally/current"
    print(_NEXT.format(readme=current / "ops/README.md"))
    return exits.OK


def install(arguments: argparse.Namespace, *, switch: bool) -> None:
    """Add this checkout as a release."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", arguments.release):
        raise Problem(f"--release {arguments.release!r} is no name: letters, digits and . _ + -", exits.USAGE)
    installation = Installation(arguments.prefix.absolute())
    steps = installation.lay_out(CHECKOUT, arguments.release, environment=not arguments.no_environment, switch=switch)
    do(steps, dry=arguments.dry_run)


def do(steps: Iterable[Step], *, dry: bool) -> None:
    """Print each step, and do it unless `dry`."""
    for step in steps:
        print(f"{'would ' if dry else ''}{step.what}", flush=True)
        if not dry:
            step.do()
