"""The feed generator to the network: who it is (did:web, from where readers reach it), and the addresses of its feeds.

It owns identities and links, and knows no posts. Documents: did:web (W3C), app.bsky.feed.describeFeedGenerator.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from web.settings import WebSettings

COLLECTION = "app.bsky.feed.generator"
_is_id = re.compile(r"[A-Za-z0-9._:~-]{1,64}").fullmatch


class Generator:
    """As the settings have it: the Host of a request is anybody's to write."""

    def __init__(self, settings: WebSettings) -> None:
        self.url = settings.public_url.rstrip("/")
        self.publisher = settings.feed_publisher
        self._terms = settings.feed_terms or f"{self.url}/about#terms"

    @property
    def did(self) -> str:
        """Its own DID; empty where it has no public address."""
        where = urlsplit(self.url)
        if not where.hostname:
            return ""
        return f"did:web:{where.hostname}{f'%3A{where.port}' if where.port else ''}"

    def document(self) -> dict[str, Any]:
        """Its DID document."""
        where = urlsplit(self.url)
        return {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": self.did,
            "service": [
                {
                    "id": "#bsky_fg", "type": "BskyFeedGenerator",
                    "serviceEndpoint": f"{where.scheme}://{where.netloc.rpartition('@')[2]}",
                }
            ],
        }  # fmt: skip

    def uri(self, feed: str) -> str:
        """The address of a feed: its generator record in the publisher's repository."""
        return f"at://{self.publisher}/{COLLECTION}/{feed}"

    def feed_of(self, uri: str) -> str | None:
        """The id of the feed with this address; None where it is no address of ours."""
        begins = self.uri("")
        id = uri.removeprefix(begins)
        return id if self.publisher and uri.startswith(begins) and _is_id(id) else None

    def description(self, feeds: list[str]) -> dict[str, Any]:
        """What describeFeedGenerator answers."""
        return {
            "did": self.did,
            "feeds": [{"uri": self.uri(feed)} for feed in feeds] if self.publisher else [],
            "links": {"privacyPolicy": f"{self.url}/privacy", "termsOfService": self._terms},
        }
