"""Which wire a source URL speaks."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from collector.errors import BadSetting
from collector.settings import CollectorSettings
from collector.sources import Source
from collector.sources.jetstream import Jetstream
from collector.version import user_agent


def shown_url(url: str) -> str:
    """The address for people to see: no password, no query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def source_of(url: str, settings: CollectorSettings) -> Source:
    """The source at `url`. Raises BadSetting for an address no wire is known for."""
    if not url.split("?", 1)[0].endswith("/subscribe"):
        raise BadSetting(f"The source {url} names no wire this version speaks: it must end in /subscribe.")
    agent = user_agent(settings.contact)
    return Jetstream(url, settings.collections, settings.dids, settings.frame_bytes_max, agent)
