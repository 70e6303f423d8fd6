"""Fifty feeds as operators have them: by language, by words, by hashtags, by domains; with guards, scored."""

from __future__ import annotations

from random import Random

from benchmarks.words import DOMAINS, HASHTAGS, WORDS

LANGUAGES = ("ja", "pt", "de", "es", "fr", "nb", "ko", "nl", "tr", "uk")
_WORDS_OF_FEED = 30
_GUARDS = "guards = { words_min = 3, letters_share_min = 0.3, repeats_max = 5, hashtags_max = 5, emoji_max = 8 }"
_DOMAINS = [domain for domain in DOMAINS if "@" not in domain]
"""But such as some links hide a user in."""


def fifty(seed: int = 1) -> str:
    """Their file."""
    random = Random(seed)
    scripts = [plain for words in WORDS.values() if (plain := [word for word in words if word.isalnum()])]
    feeds: list[list[str]] = []
    feeds += [[f'languages = ["{language}"]', "replies = false", _GUARDS] for language in LANGUAGES]
    for _ in range(20):
        # rare words, as they are wanted: of the simulated ones, which are few, each with a number
        words = [f"{random.choice(random.choice(scripts))}{random.randrange(100)}" for _ in range(_WORDS_OF_FEED)]
        feeds.append([f"keywords = {{ include = [{_listed(words)}], exclude = [{_listed(words[:2])}] }}"])
    feeds += [[f"hashtags = [{_listed(random.sample(HASHTAGS, 3))}]", f'languages = ["{language}"]']
              for language in LANGUAGES]  # fmt: skip
    feeds += [[f'domains = ["{domain}"]'] for domain in _DOMAINS[-5:]]
    feeds += [[f'languages = ["{language}"]', "media = true", "alt = true", 'order = "scored"',
               'scoring = [{ by = "age" }, { by = "engagement" }]'] for language in LANGUAGES[:5]]  # fmt: skip
    return "\n".join(
        "\n".join(["[[feeds]]", f'id = "feed-{at}"', f'name = "Feed {at}"', *rules, ""])
        for at, rules in enumerate(feeds)
    )


def _listed(words: list[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
