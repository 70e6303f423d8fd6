"""A simulated AppView: answers `app.bsky.actor.getProfiles` for any account and `app.bsky.feed.getPosts` for any post,
the same every time.

What it says follows from the DID, handle or URI alone. Of some it knows nothing, some handles do not hold, some posts
are labelled, and some say what would do harm where it is not escaped.
"""

from __future__ import annotations

import socket
from base64 import b32encode
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from benchmarks.mix import POST
from benchmarks.posts import sentence
from benchmarks.words import LANGS

ASKED_MAX = 25
"""Accounts or posts of one question, by the lexicons."""
UNKNOWN_EVERY, INVALID_EVERY = 53, 37
HOSTILE_EVERY, LABELLED_EVERY, SELF_LABELLED_EVERY = 29, 23, 31
HOSTILE = (
    "<script>alert(1)</script><b>bold", '"><img src=x onerror=alert(1)>', "{{7*7}} ${7*7} %s &amp; </td></table>",
    "\u202eoverridden \u2067isolated and never ended", "\n\n\nfar\n\n\ndown\r\u2028and on", "=1+1\ttab", "no\x00end",
    "n\u0300\u0301\u0302\u0303" * 300, "w" * 3000, "   \n ",
)  # fmt: skip


def profile(actor: str) -> dict[str, Any] | None:
    """What is said of a DID or a handle; None of one that nobody knows. Whoever is asked for by a handle has it."""
    digest = blake2b(actor.encode(), digest_size=20).digest()
    number = int.from_bytes(digest[:8], "big")
    if number % UNKNOWN_EVERY == 0:
        return None
    if not actor.startswith("did:"):
        did = f"did:plc:{b32encode(digest).decode().lower()[:24]}"
        return {"did": did, "handle": actor, "displayName": actor.partition(".")[0], "followersCount": 0,
                "postsCount": 0}  # fmt: skip
    did = actor
    handle = "handle.invalid" if number % INVALID_EVERY == 0 else f"user-{number % 10**8:08d}.bsky.social"
    followers = int(10 ** (number % 600 / 100))  # as many have a thousand as have ten thousand
    name, posts = f"User {number % 10**8:08d}", number % 5_000
    return {"did": did, "handle": handle, "displayName": name, "followersCount": followers, "postsCount": posts}


def post(uri: str) -> dict[str, Any] | None:
    """What is said of a post; None of one that nobody knows."""
    number = int.from_bytes(blake2b(uri.encode(), digest_size=8).digest(), "big")
    if number % UNKNOWN_EVERY == 0:
        return None
    random = Random(number)
    [(_, _, script)] = random.choices(LANGS, [share for share, _, _ in LANGS])
    text = sentence(random, script, random.randint(1, 40))
    if number % HOSTILE_EVERY == 0:
        text = random.choice(HOSTILE)
    did = uri.split("/")[2]
    record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": "2026-07-04T12:00:00Z"}
    if number % SELF_LABELLED_EVERY == 0:
        record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "porn"}]}
    labels = [{"src": "did:plc:labeller", "uri": uri, "val": "sexual"}] if number % LABELLED_EVERY == 0 else []
    return {"uri": uri, "author": {"did": did, "handle": "handle.invalid"}, "record": record, "labels": labels}


_METHODS = {
    "/xrpc/app.bsky.actor.getProfiles": ("actors", "profiles", profile),
    "/xrpc/app.bsky.feed.getPosts": ("uris", "posts", post),
}
"""By path: what its parameter is called, what the list of its answer is, and what is said of each."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The one verb there is."""
        where = urlsplit(self.path)
        parameter, field, say = _METHODS.get(where.path, ("", "", None))
        asked = parse_qs(where.query).get(parameter, [])
        if say is None or not 0 < len(asked) <= ASKED_MAX:
            self._answer(400, {"error": "InvalidRequest", "message": "nothing of this, or not 1 to 25"})
        else:
            self._answer(200, {field: [said for each in asked if (said := say(each)) is not None]})

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
