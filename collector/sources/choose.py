"""Which source a URL is read by."""

from __future__ import annotations

from importlib import import_module
from urllib.parse import urlsplit, urlunsplit

from collector.errors import BadSetting
from collector.settings import CollectorSettings
from collector.sources import Source
from collector.wires import WIRES, wire_at


def shown_url(url: str) -> str:
    """The address for people to see: no password, no query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def source_of(url: str, settings: CollectorSettings) -> Source:
    """The source at `url`. Raises BadSetting for an address no wire is known for, or that can not be asked so."""
    wire = wire_at(url)
    if wire is None:
        known = " or ".join(wire.path for wire in WIRES)
        raise BadSetting(f"The source {url} names no wire this version speaks: its path must end in {known}.")
    source: Source = import_module(wire.source).source_of(url, settings)
    return source
