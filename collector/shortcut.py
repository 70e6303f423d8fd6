"""The short way from frame to row: created likes, posts, reposts and follows in their usual shapes, nine of ten events.

It takes a frame only when nothing about it is open: every field known and of its type, keys that are TIDs, a subject,
times that the window of seen keys vouches for. Whatever it does not take goes the long way (decode, rows), which
decides; what it takes comes out byte for byte as the long way would have it, which a test holds.
"""

from __future__ import annotations

from typing import Any

import msgspec

from collector.content import Content
from collector.decode import EARLIEST_US
from collector.event import POST
from collector.media import of_alts, of_external
from collector.names import Names
from collector.plain import Found, Plain, Shape
from collector.refusals import Refusals
from collector.rows import ON_ACCOUNT, ON_POST, REPLY, TOP_POST
from collector.tally import Collections
from collector.terms import Term, terms
from collector.usual import COLLECTIONS, External, Follow, Hashtag, Images, Like, Post, Repost, Video, decode
from collector.window import Window
from sql import tid

_NOT_MINE = (msgspec.DecodeError, KeyError, ValueError, AttributeError, RecursionError)


class Shortcut:
    """Sorts the common frames of a batch into its content."""

    def __init__(self, names: Names, window: Window, collections: Collections, lanes: list[int]) -> None:
        self._names = names
        self._window = window
        self._lanes = frozenset(lanes)
        plain = collections.plain
        self._shapes = (
            Shape(collections.like, ON_POST, *plain[collections.like]),
            Shape(collections.repost, ON_POST, *plain[collections.repost]),
            Shape(collections.follow, ON_ACCOUNT, *plain[collections.follow]),
            Shape(collections.post, REPLY, *collections.replies),
            Shape(collections.post, TOP_POST, *collections.top_posts),
        )

    def read(self, frames: list[bytes], latest_us: int) -> tuple[list[Plain], list[bytes]]:
        """What the short way can take, by shape, and the other frames. Nothing is accepted yet."""
        found: list[list[Found]] = [[] for _ in self._shapes]
        rest = self._read(frames, latest_us, *found)
        plains = [self._plain(shape, items, rest) for shape, items in zip(self._shapes, found, strict=True)]
        return [plain for plain in plains if plain is not None], rest

    def accept(self, plains: list[Plain], content: Content, refused: Refusals) -> list[bytes]:
        """Put what counts of them into `content`; return the frames that only the long way can decide."""
        rest: list[bytes] = []
        for each in plains:
            plain = self._sifted(each, content, refused, rest)
            if plain is not None:
                self._window.seen |= plain.distinct
                self._window.remember(plain.keys, int(plain.times_us.max()))
                content.take(plain)
        return rest

    def _read(
        self, frames: list[bytes], latest_us: int, likes: list[Found], reposts: list[Found], follows: list[Found],
        replies: list[Found], posts: list[Found],
    ) -> list[bytes]:  # fmt: skip
        """Sort the frames that look plain by their shapes; return the others.

        One long loop on purpose: at 100,000 events a second a call costs as much as a decoded field.
        """
        rest: list[bytes] = []
        ids, account, leave = self._names.ids.get, self._names.account, rest.append
        term = self._names.term
        vouched_us = max(self._window.vouched_us, EARLIEST_US)
        vouched_rev = tid.text(tid.earliest(vouched_us))
        for frame in frames:
            try:
                message = decode(frame)
                commit, did, time_us = message.commit, message.did, message.time_us
                rev, rkey = commit.rev, commit.rkey
                record: Any = commit.record
                kind = type(record)
                if (
                    commit.collection != COLLECTIONS[kind] or commit.operation != "create"
                    or message.kind != "commit" or not vouched_us < time_us <= latest_us
                    or len(rev) != 13 or len(rkey) != 13 or rev < vouched_rev
                ):  # fmt: skip
                    leave(frame)
                    continue
                actor = ids(did) or account(did)
                if kind is Follow:
                    subject = record.subject
                    follows.append((
                        time_us, did, actor, rev, rkey, ids(subject) or account(subject), "", (), 0, frame
                    ))  # fmt: skip
                    continue
                found: tuple[int, ...] = ()
                media = 0
                if kind is Like:
                    into, uri = likes, record.subject.uri
                elif kind is Repost:
                    into, uri = reposts, record.subject.uri
                else:
                    found = tuple(map(term, _terms(record)))
                    if record.embed is not None:
                        media = _media(record.embed)
                    if record.reply is None:
                        posts.append((time_us, did, actor, rev, rkey, 0, "", found, media, frame))
                        continue
                    into, uri = replies, record.reply.parent.uri
                scheme, empty, author, name, subject_rkey = uri.split("/")
                if scheme != "at:" or empty or name != POST or len(subject_rkey) != 13:
                    leave(frame)
                else:
                    into.append((
                        time_us, did, actor, rev, rkey, ids(author) or account(author), subject_rkey, found, media,
                        frame,
                    ))  # fmt: skip
            except _NOT_MINE:
                leave(frame)
        return rest

    def _plain(self, shape: Shape, found: list[Found], rest: list[bytes]) -> Plain | None:
        """Found events side by side; those that have no TIDs join `rest`."""
        try:
            return Plain(shape, found) if found else None
        except ValueError:
            rest += [item[-1] for item in found if not _has_tids(item)]
            return self._plain(shape, [item for item in found if _has_tids(item)], rest)

    def _sifted(self, plain: Plain, content: Content, refused: Refusals, rest: list[bytes]) -> Plain | None:
        """Those that count, which nearly always is all; the others are duplicates or left to the long way."""
        window, keys = self._window, plain.distinct
        if (
            len(keys) == len(plain.keys) and window.seen.isdisjoint(keys) and refused.isdisjoint(keys)
            and self._lanes.issuperset(plain.lanes) and window.deleted.keys().isdisjoint(plain.records())
        ):  # fmt: skip
            return plain
        kept: dict[bytes, Found] = {}
        for item, lane, key, record in zip(plain.found, plain.lanes, plain.keys, plain.records(), strict=True):
            if lane not in self._lanes or record in window.deleted:
                rest.append(item[-1])
            elif key in window.seen or key in refused or key in kept:
                content.duplicates.append(lane)
            else:
                kept[key] = item
        return Plain(plain.shape, list(kept.values())) if kept else None


def _has_tids(item: Found) -> bool:
    try:
        for text in (item[3], item[4], item[6]):
            if text:
                tid.number(text)
    except ValueError:
        return False
    return True


def _terms(post: Post) -> tuple[Term, ...]:
    hashtags: list[str] = []
    uris: list[str] = []
    for facet in post.facets or ():
        for feature in facet.features:
            if isinstance(feature, Hashtag):
                hashtags.append(feature.tag)
            else:
                uris.append(feature.uri)
    if post.tags:
        hashtags += post.tags
    if isinstance(post.embed, External):
        uris.append(post.embed.external.uri)
    return terms(post.langs or (), hashtags, uris, post.text)


def _media(embed: Images | Video | External) -> int:
    if isinstance(embed, Images):
        return of_alts([image.alt for image in embed.images])
    if isinstance(embed, Video):
        return of_alts([embed.alt])
    return of_external(embed.external.uri, embed.external.description)
