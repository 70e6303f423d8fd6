"""The site's socket, bound before anything else starts, and the site beside the collector."""

from __future__ import annotations

import socket
from collections.abc import Callable

from ops import exits
from ops.companion import Companion
from ops.problem import Problem
from web.serve import address_of, bind, serve
from web.settings import WebSettings


def listener_of(settings: WebSettings) -> socket.socket:
    """The bound socket, or the one line that says why not."""
    try:
        return bind(settings)
    except OSError as error:
        where = f"{settings.web_host}:{settings.web_port}"
        why = (error.strerror or str(error)).lower()
        raise Problem(
            f"can not listen on {where}: {why}; choose another --web-host or --web-port", exits.TAKEN
        ) from error


def website(
    settings: WebSettings, conninfo: str, listener: socket.socket, say: Callable[[str], None]
) -> Companion:
    """The site on this socket."""
    say(f"the site is at {address_of(listener)}")
    return Companion("web", say, serve, settings, conninfo, listener)
