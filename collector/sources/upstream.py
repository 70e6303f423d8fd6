"""One upstream: its address, and how a websocket to it is opened; what is the same on every wire."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import connect

from collector.sources.stream import Look, Sink, Stream

FRAME_BYTES_MAX = 16 << 20
_PING_S = 20


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a stream is, and what we say and bear there."""

    url: str
    frame_bytes_max: int
    user_agent: str

    @property
    def parts(self) -> SplitResult:
        """The parts of its URL."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """Its name in checkpoints, logs and gaps: without scheme, user and query."""
        return f"{self.parts.netloc.rpartition('@')[2]}{self.parts.path}"

    def address(self, *asked: tuple[str, str]) -> str:
        """Its URL with this query after its own."""
        query = urlencode([*parse_qsl(self.parts.query), *asked])
        return urlunsplit(self.parts._replace(query=query))

    def connecting(self, address: str, ping_s: int | None = None, **how: Any) -> connect:
        """A websocket to be opened, as the library has it."""
        return connect(
            address,
            max_size=self.frame_bytes_max,
            compression=None,  # deflate costs twice the CPU, and a v2 host answers 400 to two schemes
            ping_interval=ping_s,
            close_timeout=1,
            user_agent_header=self.user_agent,
            **how,
        )

    async def open(self, address: str, sink: Sink, look: Look | None, *, silent: bool = False) -> Stream:
        """A stream whose every message goes to `sink` after `look`. Raises OSError, TimeoutError or a websockets
        exception. `silent`: it may be so for long, by what was asked for; then pings tell whether it is there. Else the
        data does, and a reader that pauses is not taken for dead."""
        making = partial(Stream, sink=sink, message_bytes_max=self.frame_bytes_max, look=look)
        stream = await self.connecting(address, _PING_S if silent else None, create_connection=making)
        assert isinstance(stream, Stream)
        return stream
