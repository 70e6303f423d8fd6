"""A websocket connection that hands over every whole message at once, without a task switch each.

The library does the handshake, TLS, pings, closing and whatever is unusual; plain unfragmented messages, all but a few
in a million, are cut out of what the socket delivers here (RFC 6455, section 5.2), which costs a third. It does not
know what a message means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

_TEXT, _BINARY = 0x81, 0x82  # with the FIN bit: not fragmented
_SWITCHING = b"HTTP/1.1 101"
_END_OF_HEAD = b"\r\n\r\n"

Sink = Callable[[bytes], None]
Look = Callable[[bytes], bytes | None]
"""A wire's own look at a message: what is to be handed on of it; None where it was the host's word to us alone."""


class HostSaid(ConnectionError):
    """The host has ended the stream, and says why."""


class Stream(ClientConnection):
    """Calls `sink` with each message, in order, after `look` has seen it. `sink` may be replaced at any time."""

    def __init__(
        self, protocol: ClientProtocol, *, sink: Sink, message_bytes_max: int, look: Look | None = None, **settings: Any
    ) -> None:
        super().__init__(protocol, **settings)
        self._look = look
        self._last_words: HostSaid | None = None
        self.sink = sink
        self._message_bytes_max = message_bytes_max
        self._cutting = False
        self._head: bytes | None = b""
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._needed_bytes = 0

    @property
    def sink(self) -> Sink:
        """Where messages go."""
        return self._sink

    @sink.setter
    def sink(self, sink: Sink) -> None:
        self._sink = sink
        self._hand_on = sink if self._look is None else self._looked_at

    async def ended(self) -> None:
        """Return never; raise ConnectionClosed when it is over, or HostSaid. Fragmented messages pass through here."""
        try:
            while True:
                self._hand_on(await self.recv(decode=False))
        except ConnectionClosed:
            if self._last_words is not None:
                raise self._last_words from None
            raise

    def _looked_at(self, message: bytes) -> None:
        if self._look is None or self._last_words is not None:
            return
        try:
            wanted = self._look(message)
        except HostSaid as said:
            self._last_words = said
            self.transport.abort()
            return
        if wanted is not None:
            self._sink(wanted)

    def data_received(self, data: bytes) -> None:
        """What the socket delivers: a protocol method of asyncio."""
        if self._cutting:
            self._cut(data)
        elif self._head is None:
            super().data_received(data)
        else:
            self._shake_hands(self._head, data)

    def _shake_hands(self, head: bytes, data: bytes) -> None:
        """Give the library the answer to its request, and no byte more."""
        self._head = head + data
        end = self._head.find(_END_OF_HEAD)
        if end < 0:
            self._leave(data)
            return
        rest = end + len(_END_OF_HEAD) - len(head)
        self._cutting = self._head.startswith(_SWITCHING)
        self._head = None
        self._leave(data[:rest])
        if data[rest:]:
            self.data_received(data[rest:])

    def _cut(self, data: bytes) -> None:
        self._waiting_bytes += len(data)
        if self._waiting:
            self._waiting.append(data)
            if self._waiting_bytes < self._needed_bytes:
                return  # a large message is put together once, not with every piece
            data = b"".join(self._waiting)
        at = self._take(data)
        self._waiting = [data[at:]] if at < len(data) else []
        self._waiting_bytes = len(data) - at

    def _take(self, data: bytes) -> int:
        """Hand over all whole messages; return where the first incomplete one begins."""
        at, size = 0, len(data)
        while size - at >= 2:
            length = data[at + 1]
            begin = at + 2
            if length > 127:
                return self._give_up(data, at)
            if length >= 126:
                begin += 2 if length == 126 else 8
                if size < begin:
                    break
                length = int.from_bytes(data[at + 2 : begin], "big")
            end = begin + length
            if length > self._message_bytes_max:
                return self._give_up(data, at)
            if end > size:
                self._needed_bytes = end - at
                return at
            if data[at] == _TEXT or data[at] == _BINARY:
                self._hand_on(data[begin:end])
            else:
                self._leave(data[at:end])
                if not self._cutting:
                    return size
            at = end
        self._needed_bytes = size - at + 1
        return at

    def _give_up(self, data: bytes, at: int) -> int:
        """A masked or too large message: the library ends the connection, with the code that says why."""
        self._cutting = False
        self._leave(data[at:])
        return len(data)

    def _leave(self, data: bytes) -> None:
        """Give bytes to the library. Where it has ended the connection, nothing that follows is a message any more."""
        try:
            super().data_received(data)
        except AssertionError:  # what some answers that are no HTTP end in
            self.transport.abort()
        if self.protocol.state in (State.CLOSING, State.CLOSED):
            self._cutting = False
            self._head = None
            self.transport.close()
