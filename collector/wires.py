"""Wires: which one a host speaks, by the path of its address, and who translates its frames.

A host's name ends in that path, so two wires of one machine are two hosts, and a change from one to the other is a
switch of host. It does not know how a wire is read.
"""

from __future__ import annotations

from collector.envelopes import Envelopes
from collector.firehose import Firehose
from collector.settings import CollectorSettings
from collector.translation import Translator, Verbatim

JETSTREAM = "/subscribe"
REPOS = "/xrpc/com.atproto.sync.subscribeRepos"
EVENTS = "/xrpc/network.bsky.jetstream.subscribeEvents"
WIRES = (JETSTREAM, EVENTS, REPOS)


def wire_of(address: str) -> str | None:
    """The wire of a URL or a host; None where its path names none that is known."""
    path = address.split("?", 1)[0]
    return next((wire for wire in WIRES if path.endswith(wire)), None)


def translator_of(host: str, settings: CollectorSettings) -> Translator:
    """Who translates the frames of a host."""
    wire = wire_of(host)
    if wire == EVENTS:
        return Envelopes(settings.event_bytes_max)
    if wire == REPOS:
        return Firehose(settings.event_bytes_max, settings.check_cids)
    return Verbatim(settings.event_bytes_max)
