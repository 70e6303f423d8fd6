"""`skytally upgrade`: this checkout becomes the release that is started."""

from __future__ import annotations

import argparse

from ops import exits
from ops.commands import install
from ops.installation import Installation
from ops.settings import Settings

HELP = (
    "Install this checkout beside the release that runs, and make it the current one. What runs goes on as it is until "
    "it is restarted."
)
EXAMPLE = "skytally upgrade"
SETTINGS = False
# by the release before: this one does not know the database as long as it is not migrated
_NEXT = """next (a backup first is the only way back behind a migration; not needed if you have just made one):
  su skytally -s /bin/sh -c "/opt/skytally/previous/run backup /var/backups/skytally"
  systemctl daemon-reload
  systemctl restart --no-block skytally-collector    # migrates the database; what upstream sends meanwhile is not lost
  until /opt/skytally/current/run status >/dev/null; do sleep 2; done    # until it has: the site needs the new schema
  systemctl restart skytally-web@1 && systemctl restart skytally-web@2    # one after another: nobody notices
  systemctl restart skytally-resolver skytally-log-boards"""


def add(parser: argparse.ArgumentParser) -> None:
    install.add(parser)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    before = Installation(arguments.prefix.absolute()).releases.current
    install.install(arguments, switch=True)
    print(f"{before or 'nothing'} was the current release, {arguments.release} is now")
    print(_NEXT)
    return exits.OK
