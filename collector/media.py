"""Media: whether a post shows something, and whether that has alternative text.

It owns which embeds are media. Fields of the wrong type are treated as absent. It does not know what media are worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from collector.links import is_gif

NONE, PLAIN, WITH_ALT = 0, 1, 2
"""What a post can have: nothing, media, media of which any has alternative text."""

_LISTS = {"app.bsky.embed.images": "images", "app.bsky.embed.gallery": "items"}
_OF_GIF = "alt:"
"""With it in capitals or not, clients begin the description of an animated picture that has alternative text."""


def media_in(embed: Any) -> int:
    """What the embed of a post record is."""
    if type(embed) is not dict:
        return NONE
    kind = embed.get("$type")
    if kind == "app.bsky.embed.recordWithMedia":
        embed = embed.get("media")
        if type(embed) is not dict:
            return NONE
        kind = embed.get("$type")
    if type(kind) is str and kind in _LISTS:
        items = embed.get(_LISTS[kind])
        return of_alts(item.get("alt") for item in items if type(item) is dict) if type(items) is list else NONE
    if kind == "app.bsky.embed.video":
        return of_alts([embed.get("alt")]) if type(embed.get("video")) is dict else NONE
    if kind == "app.bsky.embed.external":
        page = embed.get("external")
        if type(page) is dict and type(page.get("uri")) is str:
            return of_external(page["uri"], page.get("description"))
    return NONE


def of_alts(alts: Iterable[Any]) -> int:
    """Of items with these alternative texts; without items it is nothing."""
    found = NONE
    for alt in alts:
        if type(alt) is str and alt and not alt.isspace():
            return WITH_ALT
        found = PLAIN
    return found


def of_external(uri: str, description: Any) -> int:
    """Of a link, which is media if it leads to an animated picture."""
    if not is_gif(uri):
        return NONE
    begins = type(description) is str and description[: len(_OF_GIF)].lower() == _OF_GIF
    return of_alts([description[len(_OF_GIF) :] if begins else None])
