"""An entry of the cache: a finished answer, its bytes in every encoding, and what has to be known to serve it.

It travels between processes as MessagePack, typed, never pickled. It knows neither HTTP nor where it is kept.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable
from functools import cached_property
from hashlib import blake2b

import brotli
import msgspec

from web.freshness import Freshness

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FORMAT = "3"
"""Changed whenever entries of before can not be read any more."""
ACCOUNTS_IN_KEYS_MAX = 100
"""Whoever comes after them can not be purged."""
_COMPRESSED_FROM = 512
_MEDIA_COMPRESSED = ("application/json", "text/", "application/problem+json", "image/svg+xml")


class Entry(msgspec.Struct, frozen=True, array_like=True, kw_only=True, dict=True):
    """A finished answer."""

    request: str
    """What was asked, in its canonical form: an entry answers this and nothing else."""
    status: int
    media: str
    etag: str
    made_at: float
    """Unix time of the numbers."""
    fresh_until: float
    stale_until: float
    names_accounts: bool
    """Whether it names any account, which other caches must forget in time."""
    accounts: tuple[str, ...]
    """Marks of those it names, by which they are found hidden."""
    posts: tuple[int, ...] = ()
    """Marks of those it lists."""
    keys: tuple[str, ...]
    """By which a CDN can be told to forget it."""
    headers: tuple[tuple[str, str], ...]
    """What it says beside its body."""
    bodies: dict[str, bytes]
    """By content coding; the plain one is under ''."""

    @cached_property
    def said(self) -> tuple[tuple[bytes, bytes], ...]:
        """The headers that are the same however often it is served, and in whatever encoding."""
        return (
            (b"etag", self.etag.encode()),
            (b"vary", b"Accept-Encoding"),
            (b"surrogate-key", " ".join(self.keys).encode()),
            (b"cache-tag", ",".join(self.keys).encode()),
            *[(name.lower().encode(), value.encode()) for name, value in self.headers],
        )

    @cached_property
    def codings(self) -> tuple[str, ...]:
        """Those it has."""
        return tuple(self.bodies)

    @property
    def size(self) -> int:
        """What it takes in memory, about."""
        return sum(map(len, self.bodies.values())) + 80 * len(self.accounts) + 40 * len(self.posts) + 2000


def key_of(namespace: str, request: str) -> str:
    """Short, and of one format and one database."""
    return f"skytally:{FORMAT}:{namespace}:{blake2b(request.encode(), digest_size=16).hexdigest()}"


def entry_of(
    request: str, body: bytes, media: str, fresh: Freshness, made_at: float, *, key: str, dids: Iterable[str],
    names_accounts: bool, posts: tuple[int, ...] = (), headers: tuple[tuple[str, str], ...] = (),
) -> Entry:  # fmt: skip
    """The entry of an answer whose numbers were read at `made_at`. `key`: by which it can be forgotten with others of
    its kind; `dids`: whom it names; `posts`: the marks of those that it lists."""
    named = list(dict.fromkeys(dids))
    fresh_until, stale_until = fresh.ends(made_at)
    return Entry(
        request=request, status=200, media=media, etag=etag_of(body), made_at=made_at, fresh_until=fresh_until,
        stale_until=stale_until, names_accounts=names_accounts, accounts=tuple(map(mark_of, named)), posts=posts,
        keys=(key, *map(short_hash, named[:ACCOUNTS_IN_KEYS_MAX])), headers=headers, bodies=encoded(body, media),
    )  # fmt: skip


def short_hash(did: str) -> str:
    """Eight characters that stand for an account in keys: what is to be forgotten should not be listed in public."""
    return blake2b(did.encode(), digest_size=4, person=b"skytally").hexdigest()


def mark_of(did: str) -> str:
    """What stands for an account in an entry: long enough that nobody can make another one with it."""
    return blake2b(did.encode(), digest_size=12, person=b"skytally mark").hexdigest()


def mark_of_post(account: int, rkey: int) -> int:
    """What stands for a post in an entry, by its ids: if two had the same, a list would be made anew in vain, once."""
    return hash((account, rkey))


def etag_of(body: bytes) -> str:
    """Weak: the encodings of one body are not the same bytes (RFC 9110, 8.8.1)."""
    return f'W/"{blake2b(body, digest_size=12).hexdigest()}"'


def encoded(body: bytes, media: str) -> dict[str, bytes]:
    """The body in every content coding that is worth it."""
    if len(body) < _COMPRESSED_FROM or not media.startswith(_MEDIA_COMPRESSED):
        return {"": body}
    return {
        "": body,
        "zstd": zstd.compress(body, level=3),
        "br": brotli.compress(body, quality=4),
        "gzip": gzip.compress(body, compresslevel=6, mtime=0),
    }


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)


def packed(entry: Entry) -> bytes:
    """For another process."""
    return _encoder.encode(entry)


def unpacked(value: bytes, request: str) -> Entry | None:
    """An entry that answers this request; None where the bytes are something else."""
    try:
        entry = _decoder.decode(value)
    except msgspec.DecodeError:
        return None
    return entry if entry.request == request else None
