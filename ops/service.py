"""What the service manager is told (systemd's notify protocol), and the sockets it hands over.

It knows when the collector is ready and what a datagram says. That the collector gets on is for its supervisor to say.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping

from collector.progress import Snapshot

READY_LAG_S_MAX = 60.0
"""Nearer to the clock than this the collector is ready, whether anything new has come yet or not."""
START_EXTENDED_S = 120
"""For so long after a sign of life a start may take; systemd counts it as failed later."""
_FIRST_SOCKET = 3  # sd_listen_fds(3): handed over from here on


class Service:
    """The service that systemd takes us for; where it does not, everything said here goes nowhere."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._ready = False
        self._status = ""

    def see(self, snapshot: Snapshot) -> None:
        """Take note of how the collector is; ready as soon as it is near the clock or on its way there."""
        self.status(snapshot.line())
        if is_ready(snapshot):
            self.ready()

    def status(self, line: str) -> None:
        """One line for `systemctl status`."""
        if line != self._status:
            self._status = line
            self._tell(f"STATUS={line}")

    def ready(self) -> None:
        """Whoever waits for the start need not wait any more."""
        if not self._ready:
            self._ready = True
            self._tell("READY=1")

    def gets_on(self) -> None:
        """Feed the watchdog; before we are ready, give the start more time instead."""
        self._tell("WATCHDOG=1" if self._ready else f"EXTEND_TIMEOUT_USEC={START_EXTENDED_S * 1_000_000}")

    def stopping(self) -> None:
        """An ordered end has begun."""
        self._tell("STOPPING=1", "STATUS=stopping: what was begun is being finished")

    def _tell(self, *lines: str) -> None:
        """Never waits and never fails: what is counted does not depend on who listens."""
        if self._address:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(" ".join(line.splitlines()) for line in lines).encode(), self._address)


def is_ready(snapshot: Snapshot) -> bool:
    """Whether it is near the clock, or something of this run has been made durable: then catching up is under way."""
    if snapshot.state != "reading" or snapshot.lag_s is None:
        return False
    return snapshot.lag_s < READY_LAG_S_MAX or snapshot.events + snapshot.duplicates + snapshot.quarantined > 0


def handed_over(environment: Mapping[str, str] = os.environ) -> socket.socket | None:
    """The listening socket that systemd holds for us (LISTEN_FDS); None where it holds none."""
    if environment.get("LISTEN_PID") != str(os.getpid()) or environment.get("LISTEN_FDS", "0") == "0":
        return None
    os.set_inheritable(_FIRST_SOCKET, False)
    return socket.socket(fileno=_FIRST_SOCKET)


def _address(named: str) -> str:
    """The address as Python takes it; an @ stands for the zero byte of an abstract one."""
    return "\0" + named[1:] if named.startswith("@") else named
