"""The site's socket, bound before anything else starts, and the site beside the collector."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator

from ops import exits
from ops.caching import caching
from ops.companion import Companion
from ops.problem import Problem
from web.serve import address_of, bind, serve
from web.settings import WebSettings


def listener_of(settings: WebSettings) -> socket.socket:
    """The bound socket, or the one line that says why not."""
    try:
        return bind(settings)
    except OSError as error:
        where = settings.web_socket or f"{settings.web_host}:{settings.web_port}"
        how = "--web-socket" if settings.web_socket else "--web-host or --web-port"
        why = (error.strerror or str(error)).lower()
        raise Problem(f"can not listen on {where}: {why}; choose another {how}", exits.TAKEN) from error


@contextlib.contextmanager
def website(
    settings: WebSettings, conninfo: str, listener: socket.socket, say: Callable[[str], None]
) -> Iterator[list[Companion]]:
    """The site on this socket, with a cache of its own where there is none; yields what has to be looked after."""
    say(f"the site is at {address_of(listener)}")
    with caching(settings, say) as (found, beside), contextlib.ExitStack() as running:
        names = ["web", *[f"web {number}" for number in range(2, found.web_processes + 1)]]
        sites = [Companion(name, say, serve, found, conninfo, listener) for name in names]
        yield [*beside, *[running.enter_context(site) for site in sites]]
