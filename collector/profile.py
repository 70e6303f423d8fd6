"""What a profile record says: the name to show, and whether it asks not to be shown to those who are not signed in.

Fields of the wrong type are as if absent; nothing here raises. Shapes: app.bsky.actor.profile and
com.atproto.label.defs#selfLabels (lexicons of the AT Protocol).
"""

from __future__ import annotations

from typing import Any

from collector.event import Profile

PROFILE = "app.bsky.actor.profile"
SELF = "self"
"""The record key of the one profile that counts."""
NAME_CHARACTERS_MAX = 640
UNLISTED = "!no-unauthenticated"


def profile_of(record: Any) -> Profile:
    """What a profile says; a deleted one, which has no record, says nothing."""
    if type(record) is not dict:
        return Profile(None, unlisted=False)
    name = record.get("displayName")
    shown = name.replace("\x00", "\ufffd")[:NAME_CHARACTERS_MAX].strip() if type(name) is str else ""
    return Profile(shown or None, UNLISTED in _labels(record.get("labels")))


def _labels(labels: Any) -> list[Any]:
    values = labels.get("values") if type(labels) is dict else None
    return [value.get("val") for value in values if type(value) is dict] if type(values) is list else []
