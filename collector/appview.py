"""The AppView: the one host that is asked what accounts call themselves and what posts say.

By `app.bsky.actor.getProfiles` and `app.bsky.feed.getPosts`.

It owns the wire: one fixed host, no redirects, answers of a bounded size whose every field is checked. It knows no
database and decides nothing about when to ask.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

import orjson

from collector.post_view import PostSaid, posts_said
from collector.profile import NAME_CHARACTERS_MAX, UNLISTED

ACTORS_MAX = POSTS_MAX = 25
"""Accounts or posts of one question, by the lexicons."""
_ANSWER_BYTES_MAX = 1 << 20
_TIMEOUT_S = 10.0
_RETRY_S, _RETRY_S_MAX = 30.0, 3600.0
_AVATAR_CHARACTERS_MAX = 1000
_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")  # atproto.com
_HANDLE_CHARACTERS_MAX = 253
_INVALID = "handle.invalid"

_Said = TypeVar("_Said")


class AppViewTrouble(Exception):
    """It did not answer as it should. The message says how; `retry_s` for how long to leave it alone."""

    def __init__(self, message: str, retry_s: float = _RETRY_S) -> None:
        super().__init__(message)
        self.retry_s = min(retry_s, _RETRY_S_MAX)


class Said(NamedTuple):
    """What it says of one account."""

    did: str
    handle: str | None
    """Verified; None where the account's own claim does not hold."""
    display_name: str | None
    avatar: str | None
    followers: int | None
    posts: int | None
    """Replies too."""
    unlisted: bool


class AppView:
    """Asks one host, on one connection as long as it lasts."""

    def __init__(self, url: str, user_agent: str) -> None:
        """`url` is http(s)://host[:port]."""
        where = urlsplit(url)
        self.host = where.netloc
        kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(where.netloc, timeout=_TIMEOUT_S)
        self._headers = {"User-Agent": user_agent, "Accept": "application/json"}

    def profiles(self, actors: Sequence[str]) -> list[Said]:
        """What it says of DIDs and handles, at most `ACTORS_MAX`; of some perhaps nothing. Raises AppViewTrouble."""
        return self._ask("app.bsky.actor.getProfiles", "actors", actors, "profiles", _said)

    def posts(self, uris: Sequence[str]) -> list[PostSaid]:
        """What it says of posts, at most `POSTS_MAX`; of some perhaps nothing. Raises AppViewTrouble."""
        return self._ask("app.bsky.feed.getPosts", "uris", uris, "posts", posts_said)

    def close(self) -> None:
        """Hang up; the next question is on a new connection."""
        self._connection.close()

    def _ask(
        self, method: str, parameter: str, asked: Sequence[str], field: str,
        said: Callable[[Any, set[str]], Iterator[_Said]],
    ) -> list[_Said]:  # fmt: skip
        answer = self._get(method, urlencode([(parameter, each) for each in asked]))
        try:
            return list(said(orjson.loads(answer)[field], set(asked)))
        except (ValueError, TypeError, KeyError) as error:
            raise AppViewTrouble(f"{self.host} answered something else than {field}") from error

    def _get(self, method: str, query: str) -> bytes:
        try:
            self._connection.request("GET", f"/xrpc/{method}?{query}", headers=self._headers)
            answer = self._connection.getresponse()
            body = answer.read(_ANSWER_BYTES_MAX + 1)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise AppViewTrouble(f"{self.host} does not answer ({type(error).__name__})") from error
        if answer.status != 200 or len(body) > _ANSWER_BYTES_MAX:
            self.close()
            what = f"HTTP {answer.status}" if answer.status != 200 else "more than a megabyte"
            raise AppViewTrouble(f"{self.host} answered {what} to {method}", _retry_s(answer.getheader("Retry-After")))
        return body


def _said(profiles: Any, asked: set[str]) -> Iterator[Said]:
    for profile in profiles:
        did = profile["did"]
        if type(did) is not str or not did.startswith("did:"):
            continue
        actor = did if did in asked else _handle(profile.get("handle"))
        if actor not in asked:
            continue
        asked.remove(actor)
        yield Said(
            did, _handle(profile.get("handle")), _name(profile.get("displayName")), _avatar(profile.get("avatar")),
            _total(profile.get("followersCount")), _total(profile.get("postsCount")), _unlisted(did, profile),
        )  # fmt: skip


def _total(total: Any) -> int | None:
    return total if type(total) is int and 0 <= total < 1 << 62 else None


def _handle(handle: Any) -> str | None:
    if type(handle) is not str or len(handle) > _HANDLE_CHARACTERS_MAX:
        return None
    lower = handle.lower()
    return lower if lower != _INVALID and _HANDLE.fullmatch(lower) else None


def _name(name: Any) -> str | None:
    return (name.replace("\x00", "\ufffd")[:NAME_CHARACTERS_MAX].strip() or None) if type(name) is str else None


def _avatar(avatar: Any) -> str | None:
    good = type(avatar) is str and avatar.startswith("https://") and len(avatar) <= _AVATAR_CHARACTERS_MAX
    return avatar if good and avatar.isascii() and avatar.isprintable() else None


def _unlisted(did: str, profile: Any) -> bool:
    """By its own label; those of others are not its wish."""
    labels = profile.get("labels")
    if type(labels) is not list:
        return False
    own = [label for label in labels if type(label) is dict and label.get("src") == did and not label.get("neg")]
    return any(label.get("val") == UNLISTED for label in own)


def _retry_s(header: str | None) -> float:
    return float(header) if header is not None and header.isascii() and header.isdigit() else _RETRY_S
