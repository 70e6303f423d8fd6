"""The site's socket, bound before anything else starts or handed over by systemd, and the site beside the collector."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import socket
import time
from collections.abc import Iterator

from ops import exits
from ops.caching import caching
from ops.companion import Companion
from ops.metrics.listener import showing
from ops.metrics.web import WebMetrics
from ops.problem import Problem
from ops.service import handed_over
from web.app import ROUTES
from web.serve import address_of, bind, serve
from web.settings import WebSettings
from web.vitals import WebVitals

_log = logging.getLogger(__name__)
_CONTEXT = multiprocessing.get_context("spawn")
STILL_S_MAX = 10.0
"""A web process whose loop has not turned for so long does not get on."""


class Site(list[Companion]):
    """What has to be looked after: the processes that serve, and a cache of theirs."""

    def __init__(self, processes: int) -> None:
        super().__init__()
        self.vitals = [WebVitals(_CONTEXT, ROUTES) for _ in range(processes)]

    def look_after(self) -> None:
        """Start again what has ended."""
        for each in self:
            each.look_after()

    def gets_on(self) -> bool:
        """Whether every process serves."""
        return min(each.alive_at for each in self.vitals) > max(0.0, time.monotonic() - STILL_S_MAX)


def listener_of(settings: WebSettings) -> socket.socket:
    """The bound socket, or the one line that says why not. What systemd has handed over goes before what is set."""
    try:
        return handed_over() or bind(settings)
    except OSError as error:
        where = settings.web_socket or f"{settings.web_host}:{settings.web_port}"
        how = "--web-socket" if settings.web_socket else "--web-host or --web-port"
        why = (error.strerror or str(error)).lower()
        raise Problem(f"can not listen on {where}: {why}; choose another {how}", exits.TAKEN) from error


@contextlib.contextmanager
def website(settings: WebSettings, conninfo: str, listener: socket.socket) -> Iterator[Site]:
    """The site on this socket, with a cache of its own where there is none; yields what has to be looked after."""
    _log.info("the site is at %s", address_of(listener))
    with caching(settings) as (found, beside), contextlib.ExitStack() as running:
        site = Site(found.web_processes)
        names = ["web", *[f"web {number}" for number in range(2, found.web_processes + 1)]]
        serving = {
            name: Companion(name, serve, found, conninfo, listener, vitals)
            for name, vitals in zip(names, site.vitals, strict=True)
        }
        metrics = WebMetrics(site.vitals, serving)
        running.enter_context(showing("web_metrics_listen", settings.web_metrics_listen, metrics.text))
        site += [*beside, *[running.enter_context(each) for each in serving.values()]]
        yield site
