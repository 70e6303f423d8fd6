"""Where metrics listen: a loopback address or a unix socket, for they are nobody's but the operator's."""

from __future__ import annotations

import ipaddress


def address_of(text: str) -> str | tuple[str, int]:
    """The path of a unix socket, or host and port. Raises ValueError for anything that others can reach."""
    if text.startswith("/"):
        return text
    host, _, port = text.rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host.removeprefix("[").removesuffix("]")
    if not is_here(host) or not 0 <= int(port) <= 65_535:
        raise ValueError(text)
    return host, int(port)


def is_here(host: str) -> bool:
    """Whether this is the name or an address of the machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
