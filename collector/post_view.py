"""A post as an AppView shows it: what it says, unless somebody has labelled it.

It owns what of an answer to `app.bsky.feed.getPosts` is believed. Shapes: app.bsky.feed.defs#postView and
com.atproto.label.defs (lexicons of the AT Protocol).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

TEXT_CHARACTERS_MAX = 3000
"""By the lexicon 3,000 bytes, and no character takes less than one."""


class PostSaid(NamedTuple):
    """What it says of one post."""

    uri: str
    text: str | None
    """None where it is not for everybody, or not there."""


def posts_said(views: Any, asked: set[str]) -> Iterator[PostSaid]:
    """What is said of posts that were asked about, of each once. Raises TypeError or KeyError where it is no views."""
    for view in views:
        uri = view["uri"]
        if uri in asked:
            asked.remove(uri)
            yield PostSaid(uri, _text(view))


def _text(view: dict[str, Any]) -> str | None:
    record, author = view.get("record"), view.get("author")
    if type(record) is not dict or type(author) is not dict:
        return None
    if any(map(_labelled, (view.get("labels"), author.get("labels"), record.get("labels")))):
        return None
    text = record.get("text")
    return text.replace("\x00", "\ufffd")[:TEXT_CHARACTERS_MAX] if type(text) is str else None


def _labelled(labels: Any) -> bool:
    """Whether anybody has said anything of it, its author too: what label is for whom, readers' apps decide and not we.

    What can not be read may be a label as well.
    """
    if type(labels) is dict:  # of the record itself
        labels = labels.get("values")
    if labels is None:
        return False
    return type(labels) is not list or any(type(label) is not dict or label.get("neg") is not True for label in labels)
