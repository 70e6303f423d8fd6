"""An operator's PDS, asked over XRPC: a session by an app password, pictures, records. Secrets are shown nowhere.

Lexicons: com.atproto.server.createSession, com.atproto.repo.{uploadBlob,getRecord,putRecord,deleteRecord}.
"""

from __future__ import annotations

import http.client
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import orjson

from ops import exits
from ops.problem import Problem

_TIMEOUT_S = 30.0
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_ANSWER_BYTES_MAX = 4 << 20


class Refused(Problem):
    """It answered with an error. `name` is the lexicon's word for it."""

    def __init__(self, host: str, method: str, name: str, message: str) -> None:
        super().__init__(f"{host} refused {method}: {name}{f' ({message})' if message else ''}")
        self.name = name


class Pds:
    """A session with one host; a context that ends it."""

    def __init__(self, url: str, user_agent: str) -> None:
        """Raises Problem where a password would go over the network for all to read."""
        where = urlsplit(url)
        is_here = where.scheme == "http" and where.hostname in _THIS_MACHINE
        if not where.hostname or not (where.scheme == "https" or is_here):
            raise Problem("a password is sent to an https address only (--pds https://...)", exits.USAGE)
        self._host = where.netloc
        kind = http.client.HTTPConnection if is_here else http.client.HTTPSConnection
        try:
            self._connection = kind(where.netloc, timeout=_TIMEOUT_S)
        except http.client.InvalidURL as error:
            raise Problem(f"--pds: {error}", exits.USAGE) from None
        self._headers = {"User-Agent": user_agent, "Accept": "application/json"}
        self.did = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def begin(self, identifier: str, password: str) -> None:
        """Sign in. Raises Problem, as all here do."""
        said = self._post("com.atproto.server.createSession", {"identifier": identifier, "password": password})
        try:
            self.did, token = str(said["did"]), str(said["accessJwt"])
        except KeyError:
            raise Problem(f"{self._host} is no PDS: it answered something else than a session") from None
        self._headers["Authorization"] = f"Bearer {token}"

    def record(self, collection: str, rkey: str) -> dict[str, Any] | None:
        """A record of this account; None where there is none."""
        query = urlencode({"repo": self.did, "collection": collection, "rkey": rkey})
        try:
            said = self._ask("GET", f"com.atproto.repo.getRecord?{query}", None, {})
        except Refused as refused:
            if refused.name == "RecordNotFound":
                return None
            raise
        value = said.get("value")
        return value if type(value) is dict else None

    def upload(self, picture: bytes, media: str) -> dict[str, Any]:
        """A blob, which stays if a record refers to it soon."""
        said = self._ask("POST", "com.atproto.repo.uploadBlob", picture, {"Content-Type": media})
        blob: dict[str, Any] = said["blob"]
        return blob

    def put(self, collection: str, rkey: str, record: dict[str, Any]) -> None:
        """Write a record, over the one that may be there."""
        self._post("com.atproto.repo.putRecord", {**self._place(collection, rkey), "record": record})

    def delete(self, collection: str, rkey: str) -> None:
        """Delete a record, if it is there."""
        self._post("com.atproto.repo.deleteRecord", self._place(collection, rkey))

    def _place(self, collection: str, rkey: str) -> dict[str, Any]:
        return {"repo": self.did, "collection": collection, "rkey": rkey}

    def _post(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._ask("POST", method, orjson.dumps(body), {"Content-Type": "application/json"})

    def _ask(self, verb: str, method: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        try:
            self._connection.request(verb, f"/xrpc/{method}", body, {**self._headers, **headers})
            answer = self._connection.getresponse()
            raw = answer.read(_ANSWER_BYTES_MAX)
            said = orjson.loads(raw) if raw else {}
        except (OSError, http.client.HTTPException, orjson.JSONDecodeError) as error:
            self._connection.close()
            raise Problem(f"{self._host} does not answer as a PDS does ({type(error).__name__})") from error
        if answer.status != 200:
            found = said if type(said) is dict else {}
            name, message = str(found.get("error", f"HTTP {answer.status}")), str(found.get("message", ""))
            raise Refused(self._host, method.partition("?")[0], name, message)
        return said if type(said) is dict else {}
