"""Wording: what metrics, windows and languages are called on pages. It knows no numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sql.metrics import OF_ACCOUNT

METRICS = {
    **{name: name.removesuffix("_received").replace("_", " ").capitalize() for name in OF_ACCOUNT},
    "followers": "New followers", "experience": "Experience", "level": "Level", "authors": "Authors",
}  # fmt: skip
"""Of a metric, as a heading."""
MADE = {
    "posts": "Posts", "replies": "Replies", "quotes": "Quotes", "likes": "Likes given", "reposts": "Reposts made",
    "follows": "Follows made",
}  # fmt: skip
"""Of what an account does itself."""
WINDOWS = {"1h": "Hour", "1d": "Day", "7d": "Week", "30d": "Month"}
OVER = {"1h": "last hour", "1d": "last day", "7d": "last week", "30d": "last month", "90d": "last 90 days",
        "all": "since counting began"}  # fmt: skip
KINDS = {
    "accounts": "Accounts", "posts": "Posts", "hashtags": "Hashtags", "links": "Links", "domains": "Domains",
    "emoji": "Emoji", "languages": "Languages",
}  # fmt: skip
BUCKETS = {
    60: "minute", 300: "5 minutes", 900: "15 minutes", 3600: "hour", 21_600: "6 hours", 86_400: "day", 604_800: "week",
}  # fmt: skip
"""Of a chart, by their seconds."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
REASONS = {
    "not_delivered": "upstream delivered nothing", "frame_too_large": "a message was too large to receive",
    "cursor_too_old": "upstream no longer kept what was asked for",
    "overlap_unproven": "what two sources delivered could not be joined",
    "likes_not_delivered": "no source delivered likes", "posts_not_delivered": "no source delivered posts",
    "reposts_not_delivered": "no source delivered reposts", "follows_not_delivered": "no source delivered follows",
    "others_not_delivered": "no source delivered some rarer kind of record",
}  # fmt: skip
"""Of gaps."""
COLLECTIONS = {
    "app.bsky.feed.like": "Likes", "app.bsky.feed.post": "Posts and replies", "app.bsky.feed.repost": "Reposts",
    "app.bsky.graph.follow": "Follows", "app.bsky.graph.block": "Blocks", "app.bsky.actor.profile": "Profiles",
}  # fmt: skip
_TROUBLES = {
    "database-away": ("Away", "The database does not answer"),
    "internal": ("Broken", "This page could not be made anew, which is our fault and has been logged"),
}  # fmt: skip
_BUSY = "Busy", "More is asked for just now than can be made"

# ISO 639 primary subtags that posts are tagged with most, in English.
_LANGUAGES = {
    "en": "English", "ja": "Japanese", "pt": "Portuguese", "es": "Spanish", "de": "German", "fr": "French",
    "ko": "Korean", "nl": "Dutch", "tr": "Turkish", "it": "Italian", "ru": "Russian", "uk": "Ukrainian",
    "th": "Thai", "zh": "Chinese", "id": "Indonesian", "pl": "Polish", "ar": "Arabic", "fa": "Persian",
    "sv": "Swedish", "fi": "Finnish", "nb": "Norwegian Bokmål", "nn": "Norwegian Nynorsk", "no": "Norwegian",
    "da": "Danish", "cs": "Czech", "el": "Greek", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "ro": "Romanian", "ca": "Catalan", "vi": "Vietnamese", "ga": "Irish", "cy": "Welsh", "eu": "Basque",
    "gl": "Galician", "sk": "Slovak", "bg": "Bulgarian", "hr": "Croatian", "sr": "Serbian", "sl": "Slovenian",
    "lt": "Lithuanian", "lv": "Latvian", "et": "Estonian", "ms": "Malay", "tl": "Tagalog", "fil": "Filipino",
    "bn": "Bengali", "ta": "Tamil", "te": "Telugu", "ml": "Malayalam", "mr": "Marathi", "ur": "Urdu",
    "la": "Latin", "eo": "Esperanto", "is": "Icelandic", "gd": "Scottish Gaelic", "af": "Afrikaans",
    "sw": "Swahili", "az": "Azerbaijani", "ka": "Georgian", "hy": "Armenian", "kk": "Kazakh", "be": "Belarusian",
    "und": "untagged",
}  # fmt: skip


def network_called(network: str) -> str:
    """A network, as pages name it."""
    return "Bluesky" if network in ("", "bluesky") else "The network"


def language(subtag: str) -> str:
    """Its name where we know it, else itself."""
    return _LANGUAGES.get(subtag, subtag)


def trouble(kind: str) -> tuple[str, str]:
    """Why a page is old, by the kind of problem: in a word, and in a sentence."""
    return _TROUBLES.get(kind, _BUSY)


def way(share: float) -> str:
    """Which way it goes, where that can be seen in a percentage of one decimal."""
    tenths = round(1000 * share)
    return "up" if tenths > 0 else "down" if tenths < 0 else ""


def more(share: float) -> str:
    """How much was added, in words."""
    words = {"up": "more", "down": "fewer"}.get(way(share))
    return f"{100 * abs(share):,.1f} % {words}" if words else "as many"


def ago(seconds: float) -> str:
    """A span of time in one unit."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}s"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def complete_in(since: datetime | None, window: timedelta | None, now: datetime) -> str:
    """When a window will be full that counting began in; empty where it is."""
    if since is None or window is None:
        return ""
    left = (since + window - now).total_seconds()
    return f"complete in {ago(left)}" if left > 0 else ""
