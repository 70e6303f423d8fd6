"""The end of the socket that systemd would read."""

from __future__ import annotations

import socket


class Manager:
    """Hears what a service says of itself."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name.startswith("@") else name)
        self.socket.setblocking(False)
        self._told: list[str] = []

    def told(self) -> list[str]:
        """Every line so far."""
        try:
            while True:
                self._told += self.socket.recv(4096).decode().split("\n")
        except BlockingIOError:
            return self._told
