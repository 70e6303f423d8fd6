"""The rules of a feed in words, for who reads it; only those that keep anything out, or put it in another order."""

from __future__ import annotations

from typing import Any

from web.wording import OVER, language

_WORDS_MAX = 40
"""Of a list that is shown; an operator may have thousands."""
_GUARDS = {
    "characters_min": "shorter than {} characters",
    "words_min": "with fewer than {} words",
    "letters_share_min": "of which less than {:.0%} is letters",
    "repeats_max": "that say the same more than {} times in a row",
    "hashtags_max": "with more than {} hashtags",
    "mentions_max": "that mention more than {} accounts",
    "emoji_max": "with more than {} emoji",
}
_LAYERS = {
    "age": "how new it is", "engagement": "what it has received", "keywords": "how many of some words it has",
    "author": "who wrote it",
}  # fmt: skip


def rules_of(feed: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and rules."""
    return [(name, text) for name, text in _all(feed) if text]


def _all(feed: dict[str, Any]) -> list[tuple[str, str]]:
    keywords, authors = feed["keywords"], feed["authors"]
    return [
        ("Languages", _languages(feed)),
        ("With any of", _words(keywords["include"])),
        ("Without any of", _words([*keywords["exclude"], *feed["guards"]["words"]])),
        ("Hashtags", _words([f"#{tag.lstrip('#')}" for tag in feed["hashtags"]])),
        ("Links to", _words(feed["domains"])),
        ("Media", {True: "only posts that show some", False: "only posts without"}.get(feed["media"], "")),
        ("Alternative text", {True: "only posts with it", False: "only posts without it"}.get(feed["alt"], "")),
        ("Replies", "" if feed["replies"] else "left out"),
        ("Authors", _authors(len(authors["include"]), len(authors["exclude"]))),
        ("Labels", _labels(feed["labels"])),
        ("Left out", _guards(feed["guards"])),
        ("Order", _order(feed)),
        ("Posts stay", f"{feed['days']} days"),
    ]


def _languages(feed: dict[str, Any]) -> str:
    names = [f"{language(tag)} ({tag})" if language(tag) != tag else tag for tag in feed["languages"]]
    return ", ".join(names) + (", by the text itself where that is clear" if names and feed["detect"] else "")


def _words(words: list[str]) -> str:
    more = len(words) - _WORDS_MAX
    return ", ".join(words[:_WORDS_MAX]) + (f" and {more:,} more" if more > 0 else "")


def _authors(only: int, not_these: int) -> str:
    parts = [f"only {only:,} chosen" if only else "", f"{not_these:,} left out" if not_these else ""]
    return ", ".join(filter(None, parts))


def _labels(allowed: list[str]) -> str:
    but = f", but for {', '.join(allowed)}" if allowed else ""
    return f"posts that their authors have labelled are left out{but}"


def _guards(guards: dict[str, Any]) -> str:
    held = [text.format(guards[name]) for name, text in _GUARDS.items() if guards[name] not in (None, 0)]
    held += [_GUARDS[name].format(0) for name in ("hashtags_max", "mentions_max", "emoji_max") if guards[name] == 0]
    return f"posts {'; '.join(held)}" if held else ""


def _order(feed: dict[str, Any]) -> str:
    if feed["order"] == "newest":
        return "newest first"
    if feed["order"] == "scored":
        return "by " + " times ".join(dict.fromkeys(_LAYERS[layer["by"]] for layer in feed["scoring"]))
    board = "engagement" if feed["order"] == "rising" else feed["board"]
    return f"most {board} in the {OVER[feed['window']]}, among the network's first 1,000"
