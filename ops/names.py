"""The resolver, beside the collector or by itself: who the accounts on boards are."""

from __future__ import annotations

from collections.abc import Callable

from collector.settings import ResolverSettings
from collector.version import user_agent
from ops.companion import Companion, complain, until_told


def resolver(settings: ResolverSettings, conninfo: str, contact: str, say: Callable[[str], None]) -> Companion:
    """The resolver of these settings."""
    return Companion("resolver", say, resolve, settings, conninfo, contact)


def resolve(settings: ResolverSettings, conninfo: str, contact: str) -> None:
    """Resolve until told to stop; without an AppView there is nothing to do until then."""
    from collector.resolver import run  # where it runs, and not where it is started

    told = until_told()
    if settings.appview:
        run(settings, conninfo, user_agent(contact), told, complain)
    told.wait()
