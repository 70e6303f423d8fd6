"""The resolver beside the collector, or by itself: who the accounts on boards are."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable

from collector.resolver import ResolverSettings, run
from collector.version import user_agent
from ops.companion import Companion


class NoResolver:
    """Nobody is asked."""

    def __enter__(self) -> NoResolver:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def look_after(self) -> None:
        """There is nothing to look after."""


def resolver(
    settings: ResolverSettings, conninfo: str, contact: str, say: Callable[[str], None]
) -> Companion | NoResolver:
    """The resolver of these settings."""
    return Companion("resolver", say, resolve, settings, conninfo, contact) if settings.appview else NoResolver()


def resolve(settings: ResolverSettings, conninfo: str, contact: str) -> None:
    """Resolve until SIGTERM or SIGINT."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: stopping.set())
    run(settings, conninfo, user_agent(contact), stopping, _say)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
