"""Links as they are counted: one spelling for each, and the domain it leads to (DESIGN.md, "Bad input")."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

CHARACTERS_MAX = 2048
_GIF_HOSTS = frozenset({"media.tenor.com"})  # animated pictures stand in posts as links to these
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNFIT = re.compile(r"[\x00-\x20\x7f-\x9f\s]").search
_USUAL = re.compile(r"(https?://([a-z0-9][a-z0-9.-]*)(?:/[^?#]*)?)(?:\?([^#]*))?").fullmatch


def is_gif(uri: str) -> bool:
    """Whether it leads to an animated picture, as link_and_domain sees it."""
    if not any(host in uri.lower() for host in _GIF_HOSTS) or len(uri) > CHARACTERS_MAX or _UNFIT(uri):
        return False
    try:
        parts = urlsplit(uri)
        return parts.scheme in _DEFAULT_PORTS and parts.hostname in _GIF_HOSTS
    except ValueError:
        return False


def link_and_domain(uri: str) -> tuple[str, str] | None:
    """The link in its one spelling and its domain; None for what is not counted."""
    if len(uri) > CHARACTERS_MAX or _UNFIT(uri):
        return None
    if usual := _USUAL(uri):  # nine of ten: all but the query is already in its one spelling
        place, host, query = usual.groups()
        return None if host in _GIF_HOSTS else (place + _query(query or ""), host.removeprefix("www.") or host)
    try:
        parts = urlsplit(uri)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return None
    if scheme not in _DEFAULT_PORTS or not host:
        return None
    host = host.lower()  # urlsplit leaves what follows a percent sign as it is
    if host in _GIF_HOSTS:
        return None
    shown = f"[{host}]" if "[" in parts.netloc else host
    place = shown if port is None or port == _DEFAULT_PORTS[scheme] else f"{shown}:{port}"
    link = f"{scheme}://{place}{parts.path}{_query(parts.query)}"
    return link, shown.removeprefix("www.") or shown


def _query(query: str) -> str:
    """The query without what only tracks."""
    kept = "&".join([part for part in query.split("&") if part[:4].lower() != "utm_"])
    return f"?{kept}" if kept else ""
