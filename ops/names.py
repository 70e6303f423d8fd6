"""The resolver, beside the collector or by itself: who the accounts on boards are, and what posts there say."""

from __future__ import annotations

from collector.settings import ResolverSettings
from collector.version import user_agent
from ops.companion import Companion, until_told


def resolver(settings: ResolverSettings, conninfo: str, contact: str) -> Companion:
    """The resolver of these settings."""
    return Companion("resolver", resolve, settings, conninfo, contact)


def resolve(settings: ResolverSettings, conninfo: str, contact: str) -> None:
    """Resolve until told to stop; without an AppView there are but texts of another time to forget."""
    from collector.resolver import run  # where it runs, and not where it is started

    run(settings, conninfo, user_agent(contact), until_told())
