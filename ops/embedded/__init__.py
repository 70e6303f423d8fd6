"""A Postgres of our own, for whoever has none: any command starts it, the last one that uses it ends it.

Owns finding the binaries, the data directory, the start and the stop. It deliberately does not know what is
stored in there (no schema, no role but the login `skytally`), nor where its arguments come from.

    binaries  where PostgreSQL is, which versions we take     account  whom it runs as (never root)
    place     the files of one data root, and their modes     cluster  initdb, settings, role and database
    keeper    the detached process that owns the postmaster   server   is it there, and if not, bring it up
    disk      what is there after a loss of power
    lease     `embedded()`: the right to use it, for as long as a block lasts
"""

from ops.embedded.errors import EmbeddedError
from ops.embedded.lease import embedded, exists, wait_until_stopped

__all__ = ["EmbeddedError", "embedded", "exists", "wait_until_stopped"]
