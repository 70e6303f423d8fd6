"""A simulated AppView: answers `app.bsky.actor.getProfiles` for any account, the same every time.

What it says follows from the DID or handle alone. Of some accounts it knows nothing, and some handles do not hold.
"""

from __future__ import annotations

import socket
from base64 import b32encode
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

ACTORS_MAX = 25
"""Of one question, by the lexicon."""
UNKNOWN_EVERY, INVALID_EVERY = 53, 37
_METHOD = "/xrpc/app.bsky.actor.getProfiles"


def profile(actor: str) -> dict[str, Any] | None:
    """What is said of a DID or a handle; None of one that nobody knows. Whoever is asked for by a handle has it."""
    digest = blake2b(actor.encode(), digest_size=20).digest()
    number = int.from_bytes(digest[:8], "big")
    if number % UNKNOWN_EVERY == 0:
        return None
    if not actor.startswith("did:"):
        did = f"did:plc:{b32encode(digest).decode().lower()[:24]}"
        return {"did": did, "handle": actor, "displayName": actor.partition(".")[0], "followersCount": 0}
    did = actor
    handle = "handle.invalid" if number % INVALID_EVERY == 0 else f"user-{number % 10**8:08d}.bsky.social"
    followers = int(10 ** (number % 600 / 100))  # as many have a thousand as have ten thousand
    return {"did": did, "handle": handle, "displayName": f"User {number % 10**8:08d}", "followersCount": followers}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The one method there is."""
        where = urlsplit(self.path)
        actors = parse_qs(where.query).get("actors", [])
        if where.path != _METHOD or not 0 < len(actors) <= ACTORS_MAX:
            self._answer(400, {"error": "InvalidRequest", "message": "actors must be 1 to 25"})
        else:
            found = [said for did in actors if (said := profile(did)) is not None]
            self._answer(200, {"profiles": found})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = orjson.dumps(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def listen() -> socket.socket:
    """A socket on a free port of this machine."""
    return socket.create_server(("127.0.0.1", 0))


def serve(listener: socket.socket) -> None:
    """Answer until the process ends."""
    server = ThreadingHTTPServer(listener.getsockname()[:2], _Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.serve_forever()
