"""The short way from frame to row: created likes, reposts and follows in their usual shape, five of six events.

It takes a frame only when nothing about it is open: every field known and of its type, keys that are TIDs, a subject,
times that the window of seen keys vouches for. Whatever it does not take goes the long way (decode, rows), which
decides; what it takes comes out byte for byte as the long way would have it, which a test holds.
"""

from __future__ import annotations

from struct import error as StructError
from zlib import crc32

import msgspec

from collector import tid
from collector.content import Content
from collector.decode import EARLIEST_US
from collector.event import FOLLOW, LIKE, POST, REPOST
from collector.lanes import LANES
from collector.names import Names
from collector.post import is_did
from collector.rows import KEY, POSTGRES_EPOCH_US, RECORD, pack_plain
from collector.tally import MINUTE_US, Collections, Metric, account_key, post_key
from collector.window import Window


class _Ref(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    uri: str
    cid: str = ""


class _Record(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    subject: _Ref | str
    type: str = msgspec.field(name="$type", default="")
    created_at: str = msgspec.field(name="createdAt", default="")
    via: _Ref | None = None


class _Commit(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    rev: str
    operation: str
    collection: str
    rkey: str
    record: _Record
    cid: str = ""


class _Message(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    did: str
    time_us: int
    kind: str
    commit: _Commit
    cursor: int = 0


_decode = msgspec.json.Decoder(_Message).decode
_NOT_MINE = (msgspec.DecodeError, KeyError, ValueError, AttributeError, StructError, RecursionError)


_FOLLOWS = int(Metric.FOLLOWS)


class Shortcut:
    """Sorts the common frames of a batch into its content."""

    def __init__(self, names: Names, window: Window, collections: Collections, lanes: list[int]) -> None:
        self._names = names
        self._window = window
        ids = {LIKE: collections.like, REPOST: collections.repost, FOLLOW: collections.follow}
        self._own = [lane in lanes for lane in range(LANES)]
        self._kinds = {name: (number, *collections.plain[number]) for name, number in ids.items()}

    def take(self, frames: list[bytes], content: Content, latest_us: int, refused: set[bytes]) -> list[bytes]:
        """Put what the short way can take into `content`; return the other frames. `refused`: keys in quarantine.

        One long function on purpose: at 100,000 events a second a call costs as much as a decoded field.
        """
        rest: list[bytes] = []
        keys: list[bytes] = []
        kinds, ids, seen, deleted = self._kinds, self._names.ids, self._window.seen, self._window.deleted
        digits, account, own = tid.DIGITS, self._account, self._own
        vouched_us = max(self._window.vouched_us, EARLIEST_US)
        vouched_rev = tid.earliest(vouched_us)
        add, keep, plain, plain_frames = seen.add, keys.append, content.plain.append, content.plain_frames.append
        gained, network, events = content.tallies.gained, content.tallies.network, content.events
        newest_us = 0
        for frame in frames:
            try:
                message = _decode(frame)
                commit, did, time_us = message.commit, message.did, message.time_us
                collection, made, received = kinds[commit.collection]
                rev_text, rkey_text, subject = commit.rev, commit.rkey, commit.record.subject
                if (
                    commit.operation != "create" or message.kind != "commit"
                    or not vouched_us < time_us <= latest_us or len(rev_text) != 13 or len(rkey_text) != 13
                ):  # fmt: skip
                    rest.append(frame)
                    continue
                rev = int(rev_text.encode().translate(digits), 32)
                rkey = int(rkey_text.encode().translate(digits), 32)
                if type(subject) is str:
                    subject_did, subject_rkey = subject, None
                    follows = True
                else:
                    scheme, empty, subject_did, kind, key_text = subject.uri.split("/")  # type: ignore[union-attr]
                    follows = False
                    if scheme != "at:" or empty or kind != POST or len(key_text) != 13:
                        rest.append(frame)
                        continue
                    subject_rkey = int(key_text.encode().translate(digits), 32)
                if follows != (made == _FOLLOWS) or rev < vouched_rev:
                    rest.append(frame)
                    continue
                actor = ids.get(did) or account(did)
                author = ids.get(subject_did) or account(subject_did)
                lane = crc32(did.encode()) & (LANES - 1)
                packed = pack_plain(time_us, lane, rev, actor, rkey, collection, author, subject_rkey)
            except _NOT_MINE:
                rest.append(frame)
                continue
            if not own[lane] or packed[RECORD] in deleted:
                rest.append(frame)
                continue
            key = packed[KEY]
            if key in seen or key in refused:
                content.duplicates.append(lane)
                continue
            add(key)
            keep(key)
            plain(packed)
            plain_frames(frame)
            events[lane] += 1
            if time_us > newest_us:
                newest_us = time_us
            minute_us = time_us - time_us % MINUTE_US
            what = (minute_us, collection, "c")
            network[what] = network.get(what, 0) + 1
            minute = minute_us - POSTGRES_EPOCH_US
            tally = account_key(minute, actor, made)
            gained[tally] = gained.get(tally, 0) + 1
            if author != actor:
                tally = (
                    account_key(minute, author, received)
                    if follows
                    else post_key(
                        minute,
                        author,
                        received,
                        subject_rkey,  # type: ignore[arg-type]
                    )
                )
                gained[tally] = gained.get(tally, 0) + 1
        self._window.remember(keys, newest_us)
        return rest

    def _account(self, did: str) -> int:
        """The id of a DID not seen lately. Raises ValueError for what is none."""
        if not is_did(did):
            raise ValueError("not a DID")
        return self._names.account(did)
