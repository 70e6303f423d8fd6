"""What simulated people look at: recent posts and reposts, drawn the likelier the more attractive and new.

Every post puts lots into one bounded ring, as many as it is attractive (a power law of alpha 2.14; 2.15 is
measured); a draw takes a lot by age with a density of t**-0.5. So a viral post gets thousands of likes and
fades as newer posts push it down. This module knows URIs and authors; it does not know what is done to a post
once it is drawn.
"""

from __future__ import annotations

from array import array
from math import sqrt
from random import Random
from typing import NamedTuple

POSTS_COUNT_MAX = 1 << 17
LOTS_COUNT_MAX = 1 << 19
REPOSTS_COUNT_MAX = 1 << 13
LOTS_PER_POST_MAX = (
    20_000  # a single post takes at most an eighth of all attention, and only at its first moment
)
DRAWS_MAX = 8  # after that even a deleted post is taken: real clients like deleted posts, too


class Post(NamedTuple):
    """A post to be liked, reposted, quoted or answered. `root` is the URI of its thread's first post."""

    uri: str
    author: int
    root: str


class Attention:
    """A bounded memory of recent posts and reposts, to draw from."""

    def __init__(self) -> None:
        self._posts: list[Post | None] = []
        self._next_slot = 0
        self._lots = array("i")
        self._next_lot = 0
        self._reposts: list[tuple[str, Post]] = []
        self._next_repost = 0

    def add(self, random: Random, post: Post, charm: float = 1.0) -> int:
        """Take in a new post, `charm` times as attractive as an average author's. Returns its slot."""
        slot = self._next_slot
        if len(self._posts) < POSTS_COUNT_MAX:
            self._posts.append(post)
        else:
            self._posts[slot] = post
        self._next_slot = (slot + 1) % POSTS_COUNT_MAX
        rarity = 1.0 - random.random()
        half, quarter = sqrt(rarity), sqrt(sqrt(rarity))
        for _ in range(min(max(int(charm / (half * quarter * sqrt(quarter))), 1), LOTS_PER_POST_MAX)):
            self._put_lot(slot)
        return slot

    def _put_lot(self, slot: int) -> None:
        if len(self._lots) < LOTS_COUNT_MAX:
            self._lots.append(slot)
        else:
            self._lots[self._next_lot] = slot
        self._next_lot = (self._next_lot + 1) % LOTS_COUNT_MAX

    def forget(self, slot: int, uri: str) -> None:
        """A post was deleted: draw it no more, unless its slot has gone to another post already."""
        post = self._posts[slot]
        if post is not None and post.uri == uri:
            self._posts[slot] = None

    def draw(self, random: Random) -> Post:
        """A post someone looks at now. LookupError while there is none."""
        for _ in range(DRAWS_MAX):
            luck = random.random()
            lot = (self._next_lot - 1 - int(len(self._lots) * luck * luck)) % len(self._lots)
            post = self._posts[self._lots[lot]]
            if post is not None:
                return post
        return next(post for post in self._posts if post is not None)

    def add_repost(self, uri: str, post: Post) -> None:
        """Remember a repost: later likes and reposts may come through it (`via`)."""
        if len(self._reposts) < REPOSTS_COUNT_MAX:
            self._reposts.append((uri, post))
        else:
            self._reposts[self._next_repost] = (uri, post)
        self._next_repost = (self._next_repost + 1) % REPOSTS_COUNT_MAX

    def draw_repost(self, random: Random) -> tuple[str, Post] | None:
        """A recent repost, as (its URI, the post it shows); None while there is none."""
        if not self._reposts:
            return None
        luck = random.random()
        return self._reposts[
            (self._next_repost - 1 - int(len(self._reposts) * luck * luck)) % len(self._reposts)
        ]
