"""Messages cut out of a byte stream: every cut, every length, and what is left to the library."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import Sequence

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from collector.reconnect import CONNECTION_TROUBLE
from collector.sources.jetstream import Jetstream

LIMIT = 1 << 20
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


def message(payload: bytes, first: int = 0x81) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes([first, size]) + payload
    if size < 65_536:
        return bytes([first, 126]) + size.to_bytes(2, "big") + payload
    return bytes([first, 127]) + size.to_bytes(8, "big") + payload


CLOSE = message(b"\x03\xe8", 0x88)


class Host:
    """A TCP server that shakes hands and then says exactly these bytes, in pieces of this size."""

    def __init__(self, said: bytes, piece: int, status: bytes = b"101 Switching Protocols") -> None:
        self.said, self.piece, self.status = said, piece, status
        self.heard = b""
        self.done = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = next(
            line.split(b": ")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")
        )
        accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())
        answer = b"HTTP/1.1 %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n"
        answer += b"Content-Length: 2\r\n\r\nno" if self.status[:3] != b"101" else b"\r\n"
        whole = answer % (self.status, accept) + self.said
        with contextlib.suppress(ConnectionError):  # it may hang up in the middle of what we say
            for at in range(0, len(whole), self.piece):
                writer.write(whole[at : at + self.piece])
                await writer.drain()
                await asyncio.sleep(0)
            await self.listen(reader)
            writer.close()
            await writer.wait_closed()
        self.done.set()

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Until it says that it closes."""
        while piece := await reader.read(4096):
            self.heard += piece
            if b"\x88" in piece[:1] + self.heard[-8:-6]:  # a masked close frame with a code
                break


def received(host: Host) -> tuple[list[bytes], BaseException]:
    """The messages that came, and how it ended."""

    async def listen() -> tuple[list[bytes], BaseException]:
        server = await asyncio.start_server(host.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        found: list[bytes] = []
        source = Jetstream(f"ws://127.0.0.1:{port}/subscribe", frame_bytes_max=LIMIT)
        try:
            stream = await source.connect(1, None, found.append)
            try:
                await asyncio.wait_for(stream.ended(), 10)
            finally:
                stream.transport.abort()
        except CONNECTION_TROUBLE as error:
            return found, error
        finally:
            await asyncio.wait_for(host.done.wait(), 10)
            server.close()
        raise AssertionError("it did not end")

    return asyncio.run(listen())


def said(payloads: Sequence[bytes]) -> bytes:
    return b"".join(map(message, payloads)) + CLOSE


PAYLOADS = [b"", b"a", b"b" * 125, b"c" * 126, b"d" * 127, b"e" * 65_535, b"f" * 65_536, b'{"g":1}']


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 7, 1000, 65_540, 1 << 20])
def test_messages_are_whole_and_in_order_however_the_bytes_come(piece: int) -> None:
    payloads = PAYLOADS if piece > 7 else [p for p in PAYLOADS if len(p) < 1000] * 3
    found, ended = received(Host(said(payloads), piece))
    assert found == payloads
    assert isinstance(ended, ConnectionClosed)


def test_a_large_message_in_many_pieces_is_one_message() -> None:
    assert received(Host(said([b"x" * LIMIT, b"y"]), 4096))[0] == [b"x" * LIMIT, b"y"]


@pytest.mark.parametrize("piece", [1, 4, 1 << 16])
def test_pings_are_answered_between_messages(piece: int) -> None:
    host = Host(message(b"a") + message(b"still there?", 0x89) + message(b"b") + CLOSE, piece)
    assert received(host)[0] == [b"a", b"b"]
    mask, text = host.heard[2:6], host.heard[6:18]
    assert host.heard[0] == 0x8A
    assert bytes(b ^ mask[n % 4] for n, b in enumerate(text)) == b"still there?"


@pytest.mark.parametrize("piece", [1, 1 << 16])
def test_a_fragmented_message_arrives_whole(piece: int) -> None:
    pieces = message(b"one ", 0x01) + message(b"?", 0x89) + message(b"two ", 0x00) + message(b"three", 0x80)
    assert sorted(received(Host(pieces + message(b"next") + CLOSE, piece))[0]) == [b"next", b"one two three"]


def test_a_message_above_the_limit_ends_the_connection_with_1009() -> None:
    found, ended = received(Host(message(b"a") + message(b"x" * (LIMIT + 1)), 1 << 16))
    assert found == [b"a"]
    assert isinstance(ended, ConnectionClosed)
    assert ended.sent is not None
    assert ended.sent.code == 1009


def test_a_fragmented_message_above_the_limit_ends_the_connection_too_and_nothing_after_it_counts() -> None:
    pieces = message(b"x" * LIMIT, 0x01) + message(b"x", 0x80) + message(b"after") * 5
    found, ended = received(Host(message(b"a") + pieces, 1 << 16))
    assert found == [b"a"]
    assert isinstance(ended, ConnectionClosed)
    assert ended.sent is not None
    assert ended.sent.code == 1009


def test_an_answer_that_is_no_http_is_trouble_like_any_other() -> None:
    class Strange(Host):
        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"\x00\xff\xfe SSH-2.0 hi\r\n" * 1000)
            await reader.read()
            writer.close()
            await writer.wait_closed()
            self.done.set()

    found, ended = received(Strange(b"", 1))
    assert found == []
    assert isinstance(ended, CONNECTION_TROUBLE)


def test_a_masked_message_from_a_server_ends_the_connection() -> None:
    found, ended = received(Host(message(b"a") + b"\x81\x81mask" + b"x", 3))
    assert found == [b"a"]
    assert isinstance(ended, ConnectionClosed)
    assert ended.sent is not None
    assert ended.sent.code == 1002


@pytest.mark.parametrize("piece", [1, 1 << 16])
def test_a_refusal_is_the_library_s_to_read(piece: int) -> None:
    found, ended = received(Host(b"", piece, b"503 Service Unavailable"))
    assert found == []
    assert isinstance(ended, InvalidStatus)
    assert ended.response.body == b"no"
