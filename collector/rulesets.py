"""Rulesets: what is worth how much experience. The two that are ours, and an operator's own out of TOML.

It owns the classes of doings that experience is made of, and what a ruleset may say. It does not know who did what, nor
how experience makes a level.
"""

from __future__ import annotations

import re
import tomllib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from collector.errors import BadRuleset
from sql.metrics import Metric

POINTS_MAX = 100_000
"""Of one doing: with a billion of them a total still is a 64-bit number."""
RULESETS_MAX = 100
"""Of an operator."""
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}").fullmatch
_Points = Annotated[int, Meta(ge=0, le=POINTS_MAX)]


class Ruleset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points by what was done. A reply is a post."""

    post: _Points
    post_with_media: _Points
    post_with_alt: _Points
    """With media of which any has alternative text."""
    like: _Points
    repost_of_text: _Points
    repost_of_media: _Points
    repost_of_alt: _Points
    repost_of_unknown: _Points
    """Of a post that was not seen in the seven days before."""
    post_before: _Points = 0
    """Of each post from before the account was counted here, where the resolver asks how many there were."""
    deletes: Literal["keep", "return"] = "keep"
    """Whether a delete takes back what was earned."""

    def worth(self) -> dict[Metric, int]:
        """What one more of each metric is worth: of what has a class of its own, what that is worth more."""
        unknown = self.repost_of_unknown
        return {
            Metric.POSTS: self.post,
            Metric.REPLIES: self.post,
            Metric.POSTS_WITH_MEDIA: self.post_with_media - self.post,
            Metric.POSTS_WITH_ALT: self.post_with_alt - self.post,
            Metric.LIKES: self.like,
            Metric.REPOSTS: unknown,
            Metric.REPOSTS_OF_TEXT: self.repost_of_text - unknown,
            Metric.REPOSTS_OF_MEDIA: self.repost_of_media - unknown,
            Metric.REPOSTS_OF_ALT: self.repost_of_alt - unknown,
        }


ARTICLE = Ruleset(
    post=50, post_with_media=60, post_with_alt=70, like=10,
    repost_of_text=50, repost_of_media=60, repost_of_alt=70, repost_of_unknown=50,
)  # fmt: skip
"""As the article that thought of it has it; boards rank by this one."""
CODE = Ruleset(
    post=30, post_with_media=130, post_with_alt=180, like=10,
    repost_of_text=10, repost_of_media=10, repost_of_alt=10, repost_of_unknown=10, post_before=30,
)  # fmt: skip
"""As the article's program has it."""
BUILT_IN = {"article": ARTICLE, "code": CODE}


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    rulesets: dict[str, Ruleset]


def parse(text: str) -> dict[str, Ruleset]:
    """The rulesets of a TOML file, a table [rulesets.NAME] each. Raises BadRuleset, which says what is wrong."""
    try:
        found = msgspec.convert(tomllib.loads(text), _File).rulesets
    except tomllib.TOMLDecodeError as error:
        raise BadRuleset(f"this is no TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise BadRuleset(str(error)) from None
    for name in found:
        if name in BUILT_IN:
            raise BadRuleset(f"[rulesets.{name}] is one of ours and stays as it is; give yours another name")
        if not _NAME(name):
            raise BadRuleset(
                f"[rulesets.{name}] is no name; allowed: a to z, 0 to 9, _ and -, a letter first, at most 31 characters"
            )
    if not 0 < len(found) <= RULESETS_MAX:
        raise BadRuleset(f"{len(found)} rulesets; allowed: 1 to {RULESETS_MAX}")
    return found
