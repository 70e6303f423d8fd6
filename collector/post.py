"""What a post record says: its parent, what it quotes, whom it mentions, its terms.

Optional fields of the wrong type are treated as absent; nothing here raises on what a record may hold. Shapes:
app.bsky.feed.post and app.bsky.richtext.facet (lexicons of the AT Protocol).
"""

from __future__ import annotations

import re
from typing import Any

from collector.event import POST, PostDetail
from collector.media import media_in
from collector.terms import terms_of
from sql.spelling import DID, DID_CHARACTERS_MAX

_is_did = re.compile(DID).fullmatch
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]").search


def is_did(text: str) -> bool:
    """Whether the text has the syntax of a DID."""
    # nearly all are did:plc and pass here, at a third of the cost
    if text[:8] == "did:plc:" and text[8:].isalnum() and text.isascii() and len(text) <= DID_CHARACTERS_MAX:
        return True
    return len(text) <= DID_CHARACTERS_MAX and _is_did(text) is not None


def post_of_uri(uri: str) -> tuple[str | None, str | None]:
    """Author and record key of at://DID/app.bsky.feed.post/rkey; (None, None) for anything else."""
    parts = uri.split("/")
    if len(parts) != 5 or parts[0] != "at:" or parts[1] or parts[3] != POST:
        return None, None
    did, rkey = parts[2], parts[4]
    if not is_did(did) or not is_rkey(rkey):
        return None, None
    return did, rkey


def is_rkey(text: str) -> bool:
    """Whether the text can be a record key here: 1 to 512 characters, nothing unprintable, no slash."""
    return 0 < len(text) <= 512 and "/" not in text and not _UNPRINTABLE(text)


def subject_of_reply(record: dict[str, Any]) -> tuple[str | None, str | None]:
    """Author and key of the post replied to; (None, None) where there is none that is a post."""
    uri = _parent_uri(record)
    return post_of_uri(uri) if uri is not None else (None, None)


def post_detail(record: dict[str, Any]) -> PostDetail:
    """All else that a post says and that is counted."""
    uri = quoted_uri(record)
    quote = uri is not None and _is_post_uri(uri)
    quote_did, quote_rkey = post_of_uri(uri) if quote and uri is not None else (None, None)
    return PostDetail(
        _parent_uri(record) is not None, quote, quote_did, quote_rkey, mentions(record), terms_of(record),
        media_in(record.get("embed")),
    )  # fmt: skip


def _parent_uri(record: dict[str, Any]) -> str | None:
    return _text(_object(_object(record.get("reply")).get("parent")).get("uri"))


def quoted_uri(record: dict[str, Any]) -> str | None:
    """The URI an embed points at: itself a record, or a record with media."""
    embed = _object(record.get("embed"))
    kind = embed.get("$type")
    if kind == "app.bsky.embed.record":
        return _text(_object(embed.get("record")).get("uri"))
    if kind == "app.bsky.embed.recordWithMedia":
        return _text(_object(_object(embed.get("record")).get("record")).get("uri"))
    return None


def _is_post_uri(uri: str) -> bool:
    """Whether the URI names a post by any authority, a handle included."""
    parts = uri.split("/")
    return (
        len(parts) == 5 and parts[0] == "at:" and not parts[1] and bool(parts[2])
        and parts[3] == POST and is_rkey(parts[4])
    )  # fmt: skip


def mentions(record: dict[str, Any]) -> tuple[str, ...]:
    """The distinct DIDs that a post's facets mention."""
    facets = record.get("facets")
    if type(facets) is not list:
        return ()
    found: dict[str, None] = {}
    for facet in facets:
        features = _object(facet).get("features")
        for feature in features if type(features) is list else ():
            feature = _object(feature)
            did = feature.get("did")
            if feature.get("$type") == "app.bsky.richtext.facet#mention" and type(did) is str and is_did(did):
                found[did] = None
    return tuple(found)


def _object(value: Any) -> dict[str, Any]:
    return value if type(value) is dict else {}


def _text(value: Any) -> str | None:
    return value if type(value) is str else None
