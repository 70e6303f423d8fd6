"""memcached, by its meta commands: a value and the right to make it anew come in one reply.

pymemcache keeps the connection; `mg`, `ms` and `md` are not in it (memcached's doc/protocol.txt, "Meta commands"). Its
client is a blocking one, so it runs in a few threads, each with a connection of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from pymemcache.client.base import Client, _readline, _readvalue
from pymemcache.exceptions import MemcacheError

TIMEOUT_S = 0.3
_THREADS = 4
Result = TypeVar("Result")


class Reply(NamedTuple):
    """What `mg` says of a key."""

    value: bytes
    """Empty: there is none yet."""
    won: bool
    """W: whoever reads this is to make it anew, and nobody else is."""
    taken: bool
    """Z: somebody has been told so before."""
    cas: int
    """Of the item: another one means that somebody has written it since."""


class MetaClient(Client):  # type: ignore[misc]
    """One connection that speaks meta commands. Raises MemcacheError or OSError, and connects again next time."""

    def mg(self, key: bytes, lease_s: int, recache_s: int) -> Reply:
        """Get. On a miss an empty item is made for `lease_s`; with less than `recache_s` to live one reader wins."""
        line = b"mg %b v c N%d R%d\r\n" % (key, lease_s, recache_s)
        parts, value = self._ask(line, with_value=True)
        flags = {flag[:1]: flag[1:] for flag in parts}
        return Reply(value, b"W" in flags, b"Z" in flags, int(flags.get(b"c", b"0")))

    def ms(self, key: bytes, value: bytes, ttl_s: int, cas: int) -> bool:
        """Set; with a cas other than 0 only if nobody has written meanwhile. Whether it was stored."""
        flags = b"T%d C%d" % (ttl_s, cas) if cas else b"T%d" % ttl_s
        (status, *_), _ = self._ask(b"ms %b %d %b\r\n%b\r\n" % (key, len(value), flags, value))
        return status == b"HD"

    def md(self, key: bytes, cas: int, stale_s: int) -> None:
        """Take the right to make it anew from whoever has it; of an item without a value (`stale_s` 0) forget it."""
        flags = b"C%d I T%d" % (cas, stale_s) if stale_s else b"C%d" % cas if cas else b"O1"
        self._ask(b"md %b %b\r\n" % (key, flags))

    def _ask(self, command: bytes, *, with_value: bool = False) -> tuple[list[bytes], bytes]:
        if self.sock is None:
            self._connect()
        try:
            self.sock.sendall(command)
            rest, line = _readline(self.sock, b"")
            parts = line.split()
            if with_value and parts[:1] == [b"VA"]:
                _, value = _readvalue(self.sock, rest, int(parts[1]))
                return parts[2:], bytes(value)
            if not parts or parts[0] not in (b"HD", b"EN", b"NS", b"EX", b"NF"):
                self._raise_errors(line, command[:2])
                raise MemcacheError(line[:200].decode("latin1"))
            return (parts[1:] if with_value else parts), b""
        except Exception:
            self.close()
            raise


class Memcached:
    """A server, asked from the event loop."""

    def __init__(self, where: str) -> None:
        self._where: str | tuple[str, int] = where
        if not where.startswith("/"):
            host, _, port = where.rpartition(":")
            self._where = (host.strip("[]"), int(port))
        self._pool = ThreadPoolExecutor(_THREADS, "memcached")
        self._own = threading.local()
        self._clients: list[MetaClient] = []

    async def ask(self, question: Callable[[MetaClient], Result]) -> Result:
        """The answer of the server. Raises MemcacheError or OSError (a timeout too)."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, question)

    def _run(self, question: Callable[[MetaClient], Result]) -> Result:
        client: MetaClient | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = MetaClient(
                self._where, connect_timeout=TIMEOUT_S, timeout=TIMEOUT_S, no_delay=True, default_noreply=False
            )
            self._clients.append(client)
        return question(client)

    def close(self) -> None:
        """Let go of its connections."""
        self._pool.shutdown()
        for client in self._clients:
            client.close()
