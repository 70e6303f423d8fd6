"""A stand-in for a PDS: it knows one account, keeps its records and how it was asked, and refuses what a PDS would."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from ops.publishing import cid_of

DID, HANDLE, PASSWORD = "did:plc:publisher", "me.example", "abcd-efgh-ijkl-mnop"
_TOKEN = "token-of-a-session"


class StandIn:
    """What it has, and how it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.records: dict[tuple[str, str], dict[str, Any]] = {}
        self.blobs: dict[str, bytes] = {}
        self.calls: list[dict[str, Any]] = []
        """Method and what was given, a picture left out."""

    def asked(self) -> list[str]:
        return [call["method"].rpartition(".")[2] for call in self.calls]

    def answer(self, verb: str, method: str, given: Any, media: str, signed_in: bool) -> tuple[int, dict[str, Any]]:
        self.calls.append({"method": method, "given": None if isinstance(given, bytes) else given})
        if method == "com.atproto.server.createSession":
            if given != {"identifier": HANDLE, "password": PASSWORD}:
                return 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
            return 200, {"did": DID, "handle": HANDLE, "accessJwt": _TOKEN, "refreshJwt": "x"}
        if method == "com.atproto.repo.getRecord" and verb == "GET":
            record = self.records.get((given["collection"], given["rkey"])) if given["repo"] == DID else None
            if record is None:
                return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
            return 200, {"uri": f"at://{DID}/{given['collection']}/{given['rkey']}", "cid": "bafyrei", "value": record}
        if not signed_in:
            return 401, {"error": "AuthMissing", "message": "Authentication Required"}
        if method == "com.atproto.repo.uploadBlob" and media in ("image/png", "image/jpeg"):
            cid = cid_of(given)
            self.blobs[cid] = given
            return 200, {"blob": {"$type": "blob", "ref": {"$link": cid}, "mimeType": media, "size": len(given)}}
        if method == "com.atproto.repo.putRecord" and self._can_be(given):
            self.records[given["collection"], given["rkey"]] = given["record"]
            return 200, {"uri": f"at://{DID}/{given['collection']}/{given['rkey']}", "cid": "bafyrei"}
        if method == "com.atproto.repo.deleteRecord" and given["repo"] == DID:
            self.records.pop((given["collection"], given["rkey"]), None)
            return 200, {}
        return 400, {"error": "InvalidRequest", "message": f"{verb} {method}"}

    def _can_be(self, given: dict[str, Any]) -> bool:
        record = given["record"]
        avatar = record.get("avatar")
        known = avatar is None or avatar["ref"]["$link"] in self.blobs
        return given["repo"] == DID and record["$type"] == given["collection"] and known


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """It, on a socket."""
    found = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            self._say(*found.answer("GET", where.path[len("/xrpc/") :], dict(parse_qsl(where.query)), "", False))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            media = self.headers["Content-Type"]
            given = orjson.loads(raw) if media == "application/json" else raw
            signed_in = self.headers.get("Authorization") == f"Bearer {_TOKEN}"
            self._say(*found.answer("POST", self.path[len("/xrpc/") :], given, media, signed_in))

        def _say(self, status: int, body: dict[str, Any]) -> None:
            raw = orjson.dumps(body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
