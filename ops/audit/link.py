"""A link as it is counted: what is the same page in other letters, or with a tracking tail, is one link.

It owns which URIs count and how they are written alike. It does not know where in a post they stand.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

URI_CHARS_MAX = 2_048
DEFAULT_PORTS = {"http": 80, "https": 443}
UNCOUNTED_HOSTS = {"media.tenor.com"}  # the pictures of a keyboard, no pages

_CONTROL_OR_SPACE = re.compile(r"[\x00-\x1f\x7f-\x9f\s]")


class Link(NamedTuple):
    """A link, and its host without a leading www."""

    uri: str
    domain: str


def link(uri: object) -> Link | None:
    """The link of a URI; None where it does not count."""
    if not isinstance(uri, str) or len(uri) > URI_CHARS_MAX or _CONTROL_OR_SPACE.search(uri):
        return None
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:  # brackets that do not match, a port that is no number, and the like
        return None
    host = _host(parts)
    if parts.scheme not in DEFAULT_PORTS or not host or host in UNCOUNTED_HOSTS:
        return None
    shown_port = "" if port is None or port == DEFAULT_PORTS[parts.scheme] else f":{port}"
    return Link(f"{parts.scheme}://{host}{shown_port}{parts.path}{_query(parts.query)}", _domain(host))


def is_gif(uri: object) -> bool:
    """Whether it is the address of a moving picture."""
    if not isinstance(uri, str) or len(uri) > URI_CHARS_MAX or _CONTROL_OR_SPACE.search(uri):
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme in DEFAULT_PORTS and _host(parts) in UNCOUNTED_HOSTS


def _host(parts: SplitResult) -> str:
    """The host in lower case, in brackets where it came in them."""
    host = (parts.hostname or "").lower()  # hostname alone leaves a zone as it is
    return f"[{host}]" if host and "[" in parts.netloc.rpartition("@")[2] else host


def _query(query: str) -> str:
    """The question mark and what stands behind it, without what only tells where a reader came from."""
    kept = "&".join(part for part in query.split("&") if not _tracks(part))
    return f"?{kept}" if kept else ""


def _tracks(parameter: str) -> bool:
    return parameter.lower().startswith("utm_")


def _domain(host: str) -> str:
    return host.removeprefix("www.") or host
