"""Which wire a source URL speaks."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from collector.compressed import LEGACY, dictionary_at
from collector.errors import BadSetting
from collector.settings import CollectorSettings
from collector.sources import Source
from collector.sources.jetstream import Jetstream
from collector.sources.subscribe_events import SubscribeEvents
from collector.sources.subscribe_repos import SubscribeRepos
from collector.version import user_agent
from collector.wires import EVENTS, REPOS, WIRES, wire_of


def shown_url(url: str) -> str:
    """The address for people to see: no password, no query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def source_of(url: str, settings: CollectorSettings) -> Source:
    """The source at `url`. Raises BadSetting for an address no wire is known for."""
    wire = wire_of(url)
    if wire is None:
        known = " or ".join(WIRES)
        raise BadSetting(f"The source {url} names no wire this version speaks: its path must end in {known}.")
    agent = user_agent(settings.contact)
    if wire == REPOS:
        if settings.collections or settings.dids:
            raise BadSetting(f"The source {url} sends everything: collections and dids can not be asked for there.")
        return SubscribeRepos(url, settings.frame_bytes_max, agent)
    given = (url, settings.collections, settings.dids, settings.frame_bytes_max, agent)
    dictionaries = [dictionary_at(path) for path in settings.zstd_dictionaries] if settings.zstd else []
    if wire == EVENTS:
        own = next((found for found in dictionaries if found.number != LEGACY), None)
        return SubscribeEvents(*given, own, settings.zstd)
    return Jetstream(*given, next((found for found in dictionaries if found.number == LEGACY), None))
