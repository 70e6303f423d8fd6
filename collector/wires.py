"""Wires: which one a host speaks, by the path of its address, and who reads and translates its frames.

A host's name ends in that path, so two wires of one machine are two hosts, and a change from one to the other is a
switch of host. It does not know how a wire is read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from collector.envelopes import Envelopes
from collector.firehose import Firehose
from collector.settings import CollectorSettings
from collector.translation import Translator, Verbatim


class Wire(NamedTuple):
    """One way to be told of events."""

    path: str
    """What the addresses of its hosts end in."""
    source: str
    """The module whose `source_of` reads it, by name: workers have no use for sockets."""
    translator: Callable[[CollectorSettings], Translator]
    """Makes lines of its frames."""


JETSTREAM = "/subscribe"
REPOS = "/xrpc/com.atproto.sync.subscribeRepos"
EVENTS = "/xrpc/network.bsky.jetstream.subscribeEvents"
WIRES = (
    Wire(JETSTREAM, "collector.sources.jetstream", lambda settings: Verbatim(settings.event_bytes_max)),
    Wire(EVENTS, "collector.sources.subscribe_events", lambda settings: Envelopes(settings.event_bytes_max)),
    Wire(
        REPOS, "collector.sources.subscribe_repos",
        lambda settings: Firehose(settings.event_bytes_max, settings.check_cids),
    ),
)  # fmt: skip


def wire_of(address: str) -> str | None:
    """The path of the wire of a URL or a host; None where its own names none that is known."""
    wire = wire_at(address)
    return wire.path if wire else None


def wire_at(address: str) -> Wire | None:
    """The wire of a URL or a host; None where its path names none that is known."""
    path = address.split("?", 1)[0]
    return next((wire for wire in WIRES if path.endswith(wire.path)), None)


def translator_of(host: str, settings: CollectorSettings) -> Translator:
    """Who translates the frames of a host; lines are what a host without a known wire sends."""
    wire = wire_at(host)
    return wire.translator(settings) if wire else Verbatim(settings.event_bytes_max)
