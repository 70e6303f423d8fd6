"""Where frames come from: one module a wire, each with a `source_of(url, settings)` that makes its Source.

A source knows its addresses, its cursors and how to find the DID and the position in a raw frame. It does not know
batches, queues or the database.
"""

from __future__ import annotations

from typing import Protocol

from collector.batch import Position
from collector.sources.stream import Sink, Stream


class Source(Protocol):
    """One host on one wire."""

    host: str
    """What the cursor belongs to: host, port and path, without query."""

    @property
    def leaves_out(self) -> bool:
        """Whether it can be asked to leave out large frames; else what follows one has to be asked for."""

    @property
    def filtered(self) -> bool:
        """Whether less than everything was asked for, so that silence means nothing."""

    @property
    def cursor_too_old(self) -> bool:
        """Whether the host has said, on this connection, that it no longer keeps what was asked for."""

    async def connect(self, cursor: int, frame_bytes_limit: int | None, sink: Sink) -> Stream:
        """Open the stream at `cursor`, inclusive; with a limit, ask the host to leave out larger frames."""

    def did(self, frame: bytes) -> bytes:
        """The DID of a frame, for its lane; whatever stands in its place for a frame that has none."""

    def position(self, frame: bytes) -> Position | None:
        """Where in the stream the frame stands; None for a frame that does not say."""
