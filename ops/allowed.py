"""What a setting may be: its type, its bounds and its meaning, checked, and said in words for people.

It knows no files, variables or flags: where a value came from is for its caller (ops.settings) to say.
"""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Meta
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from collector.errors import CollectorError

UNITS = {"days": "days", "s": "seconds", "bytes": "bytes", "events": "events", "mib": "MiB"}
_TYPES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
# what a pattern means: nobody should have to read one
_LISTEN = "a loopback address with its port (127.0.0.1:9420) or the path of a unix socket; empty for nowhere"
_IN_WORDS = {
    "source": "one or more ws:// or wss:// URLs that end in /subscribe, separated by commas",
    "network": "a lower-case letter and up to 30 lower-case letters, digits or hyphens",
    "since": "oldest, live, a duration back (90s, 30m, 24h, 7d) or an RFC 3339 time",
    "database_url": "postgresql://user@host/database or the same as key=value pairs; empty for the embedded one",
    "web_host": "a host name or an address",
    "public_url": "an http:// or https:// URL; empty when it is unknown",
    "metrics_listen": _LISTEN,
    "web_metrics_listen": _LISTEN,
    "log_level": "debug, info, warning or error, of one part with its name (web.cache=debug), separated by commas",
    "trusted_proxies": "IP addresses or networks (10.0.0.0/8), or unix, separated by commas",
}
_PASSWORDS = (
    re.compile(r"(://[^:/?#@\s]*:)\S*(?=@)"),
    re.compile(r"((?:ssl)?password\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&]+)"),
)


class NotAllowed(Exception):
    """A value is not allowed. The message says in words what is."""


def check(name: str, value: Any, kind: Any) -> Any:
    """The value as the setting's type has it; texts are read as numbers and lists. Raises NotAllowed."""
    if isinstance(value, str) and get_origin(_plain(kind)) is tuple:
        value = [part for part in re.split(r"[,\s]+", value) if part]
    try:
        found = msgspec.convert(value, kind, strict=not isinstance(value, str | list))
        if found and name in _MEANINGS:
            _MEANINGS[name](found)
    except (msgspec.ValidationError, ValueError, ProgrammingError, CollectorError):
        raise NotAllowed(in_words(name, kind)) from None
    return found


def in_words(name: str, kind: Any) -> str:
    """What a setting allows."""
    if name in _IN_WORDS:
        return _IN_WORDS[name]
    plain, metas = _plain(kind), [m for m in getattr(kind, "__metadata__", ()) if isinstance(m, Meta)]
    if choices := [v for v in get_args(plain) if isinstance(v, int | str)]:
        return f"{', '.join(map(str, choices[:-1]))} or {choices[-1]}"
    if get_origin(plain) is tuple:
        return ", ".join(["a list separated by commas", *_bounds(metas, "entries")])
    words = ", ".join([_TYPES[plain], *_bounds(metas, "characters")])
    return f"{words} ({unit})" if (unit := unit_of(name)) else words


def unit_of(name: str) -> str:
    """The unit of a setting, which stands in its name; empty for what has none."""
    return next((UNITS[word] for word in name.split("_") if word in UNITS), "")


def hidden(text: str) -> str:
    """The text with its passwords replaced."""
    for password in _PASSWORDS:
        text = password.sub(r"\1***", text)
    return text


def _plain(kind: Any) -> Any:
    return kind.__origin__ if hasattr(kind, "__metadata__") else kind


def _bounds(metas: Iterable[Meta], things: str) -> list[str]:
    """From where to where; `things` are what has a length."""
    words = []
    for meta in metas:
        bounds = (
            ("at least {}", meta.ge), ("above {}", meta.gt), ("at most {}", meta.le), ("below {}", meta.lt),
            (f"at least {{}} {things}", meta.min_length), (f"at most {{}} {things}", meta.max_length),
        )  # fmt: skip
        words.append(", ".join(word.format(bound) for word, bound in bounds if bound is not None))
    return [word for word in words if word]


def _sources(urls: Iterable[str]) -> None:
    from urllib.parse import urlsplit

    from collector.settings import CollectorSettings
    from collector.sources.choose import source_of

    for url in urls:
        source_of(url, CollectorSettings())
        parts = urlsplit(url)
        if not parts.hostname or parts.port == 0:  # a port out of range is a ValueError
            raise ValueError(url)


def _since(since: str) -> None:
    from collector.since import first_cursor

    first_cursor(since, time.time_ns() // 1000)


def _networks(networks: Iterable[str]) -> None:
    for network in networks:
        if network != "unix":  # whoever comes over the unix socket
            ipaddress.ip_network(network, strict=False)


def _listen(where: str) -> None:
    from ops.metrics.address import address_of

    address_of(where)


# what a type can not say
_MEANINGS: dict[str, Callable[[Any], object]] = {
    "source": _sources,
    "since": _since,
    "database_url": conninfo_to_dict,
    "trusted_proxies": _networks,
    "metrics_listen": _listen,
    "web_metrics_listen": _listen,
}
